import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One thread of the forum ("Thread" is taken in Java). Only the Forum uses it, under its lock. */
class Discussion {
    /** A message, or the record of an upload. Numbers are not stored: they follow from the order. */
    private static class Entry {
        final String author;
        final boolean upload;
        String text; // of a message, or the name of the uploaded file

        Entry(String author, boolean upload, String text) {
            this.author = author;
            this.upload = upload;
            this.text = text;
        }
    }

    final String title;
    final String creator;
    private final List<Entry> entries = new ArrayList<>();

    /** A new thread, with its file. */
    Discussion(String title, String creator) throws IOException {
        this.title = title;
        this.creator = creator;
        save();
    }

    /** Add a message and return its number. */
    int post(String author, String text) throws IOException {
        entries.add(new Entry(author, false, text));
        save();
        return (int) entries.stream().filter(entry -> !entry.upload).count();
    }

    void edit(String user, String number, String text) throws IOException, Refused {
        own(user, number).text = text;
        save();
    }

    void delete(String user, String number) throws IOException, Refused {
        // Entry has no equals(), so this removes the very message and not another one with the same text.
        entries.remove(own(user, number));
        save();
    }

    /** The messages and uploads as lines, each message with its number. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        int number = 0;
        for (Entry entry : entries) {
            if (entry.upload) {
                lines.add(entry.author + " uploaded " + entry.text);
            } else {
                number++;
                lines.add(number + " " + entry.author + ": " + entry.text);
            }
        }
        return lines;
    }

    boolean hasFile(String name) {
        return entries.stream().anyMatch(entry -> entry.upload && entry.text.equals(name));
    }

    /** Where an uploaded file lies. */
    Path stored(String name) {
        return Path.of(title + "-" + name);
    }

    void store(String user, String name, byte[] data) throws IOException {
        Files.write(stored(name), data);
        entries.add(new Entry(user, true, name));
        save();
    }

    /** Delete the files of this thread: its own and those that were uploaded to it. */
    void deleteFiles() throws IOException {
        for (Entry entry : entries) {
            if (entry.upload) {
                Files.deleteIfExists(stored(entry.text));
            }
        }
        Files.deleteIfExists(Path.of(title));
    }

    /** The message of this number, which this user must have written. */
    private Entry own(String user, String number) throws Refused {
        int wanted = number.matches("[0-9]{1,9}") ? Integer.parseInt(number) : 0;
        int count = 0;
        for (Entry entry : entries) {
            if (!entry.upload && ++count == wanted) {
                if (!entry.author.equals(user)) {
                    throw new Refused("You can only change what you wrote yourself.");
                }
                return entry;
            }
        }
        throw new Refused("In " + title + " there is no message with the number " + number + ".");
    }

    private void save() throws IOException {
        StringBuilder text = new StringBuilder(creator).append('\n');
        for (String line : lines()) {
            text.append(line).append('\n');
        }
        Files.write(Path.of(title), text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
