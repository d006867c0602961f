import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Everything that was said and handed in. What it refuses it throws, in words for the user. */
final class Discussions {
    static final class No extends Exception {
        No(String why) {
            super(why);
        }
    }

    /** A line: what somebody said, or (file) what they handed in. */
    private record Entry(String author, String content, boolean file) { }

    private record Discussion(String founder, List<Entry> entries) { }

    private final Map<String, Discussion> all = new TreeMap<>();

    synchronized String carryOut(String user, List<String> words) throws No, IOException {
        String title = words.size() > 1 ? words.get(1) : "";
        switch (words.get(0)) {
            case "CRT": return create(user, title);
            case "LST": return all.isEmpty() ? "No discussion has been started." : String.join("\n", all.keySet());
            case "MSG": return say(user, title, words.get(2));
            case "RDT": return read(title);
            case "EDT": return edit(user, title, words.get(2), words.get(3));
            case "DLT": return delete(user, title, words.get(2));
            case "RMV": return remove(user, title);
            default: throw new No("The server knows no command " + words.get(0));
        }
    }

    private Discussion find(String title) throws No {
        Discussion found = all.get(title);
        if (found == null) {
            throw new No("No discussion is called " + title);
        }
        return found;
    }

    private String create(String user, String title) throws No, IOException {
        if (all.containsKey(title)) {
            throw new No("A discussion called " + title + " has been started before");
        }
        if (title.contains("/") || Files.exists(Paths.get(title))) {
            throw new No("This title is not possible: " + title);
        }
        all.put(title, new Discussion(user, new ArrayList<>()));
        save(title);
        return "Started discussion " + title;
    }

    private String say(String user, String title, String text) throws No, IOException {
        find(title).entries.add(new Entry(user, text, false));
        save(title);
        return "Said";
    }

    private String read(String title) throws No {
        List<String> lines = lines(find(title));
        return lines.isEmpty() ? "Nobody has said anything in " + title : String.join("\n", lines);
    }

    private String edit(String user, String title, String number, String text) throws No, IOException {
        int index = ownMessage(user, find(title), number);
        find(title).entries.set(index, new Entry(user, text, false));
        save(title);
        return "Message reworded";
    }

    private String delete(String user, String title, String number) throws No, IOException {
        int index = ownMessage(user, find(title), number);
        find(title).entries.remove(index);
        save(title);
        return "Message taken back";
    }

    private String remove(String user, String title) throws No, IOException {
        Discussion gone = find(title);
        if (!gone.founder.equals(user)) {
            throw new No("Discussion " + title + " was started by somebody else");
        }
        for (Entry entry : gone.entries) {
            if (entry.file) {
                Files.deleteIfExists(place(title, entry.content));
            }
        }
        Files.deleteIfExists(Paths.get(title));
        all.remove(title);
        return "Discussion ended, all of it";
    }

    private int ownMessage(String user, Discussion where, String number) throws No {
        int count = 0;
        for (int index = 0; index < where.entries.size(); index++) {
            Entry entry = where.entries.get(index);
            if (!entry.file && String.valueOf(++count).equals(number)) {
                if (entry.author.equals(user)) {
                    return index;
                }
                throw new No("Message " + number + " is not yours");
            }
        }
        throw new No("Message " + number + " has never been written");
    }

    private static List<String> lines(Discussion discussion) {
        List<String> lines = new ArrayList<>();
        int count = 0;
        for (Entry entry : discussion.entries) {
            lines.add(entry.file ? entry.author + " uploaded " + entry.content
                                 : ++count + " " + entry.author + ": " + entry.content);
        }
        return lines;
    }

    private void save(String title) throws IOException {
        List<String> lines = new ArrayList<>(List.of(all.get(title).founder));
        lines.addAll(lines(all.get(title)));
        Files.write(Paths.get(title), lines);
    }

    // Files.

    private static Path place(String title, String name) {
        return Paths.get(title + "-" + name);
    }

    private boolean holds(String title, String name) throws No {
        return find(title).entries.stream().anyMatch(entry -> entry.file && entry.content.equals(name));
    }

    synchronized void mayBringIn(String title, String name) throws No {
        if (holds(title, name)) {
            throw new No("There is a file " + name + " in " + title + " already, and it stays as it is");
        }
    }

    synchronized Path toTakeAway(String title, String name) throws No {
        if (!holds(title, name)) {
            throw new No("Discussion " + title + " has no file " + name);
        }
        return place(title, name);
    }

    synchronized void bringIn(String user, String title, String name, byte[] content) throws No, IOException {
        mayBringIn(title, name);
        Files.write(place(title, name), content);
        find(title).entries.add(new Entry(user, name, true));
        save(title);
    }
}
