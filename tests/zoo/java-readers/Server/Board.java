import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The threads. What cannot be done is thrown as a No. */
class Board {
    /** An answer that is not the one hoped for. */
    static class No extends Exception {
        private static final long serialVersionUID = 1L;

        No(String why) {
            super(why);
        }
    }

    private final Map<String, Topic> topics = new LinkedHashMap<>();

    synchronized void create(String title, String creator) throws No, IOException {
        File file = new File(title);
        boolean fresh = false;
        try {
            fresh = !topics.containsKey(title) && !title.contains("/") && file.createNewFile();
        } catch (IOException e) {
            Lobby.complain(title, e); // too long a title, for example
        }
        if (!fresh) {
            throw new No("The title " + title + " is not to be had, choose another one.");
        }
        Topic topic = new Topic(file, creator);
        topic.save();
        topics.put(title, topic);
    }

    synchronized void post(String title, String author, String text) throws No, IOException {
        Topic topic = find(title);
        topic.lines.add(new Line(author, text, false));
        topic.save();
    }

    synchronized void delete(String title, String number, String who) throws No, IOException {
        Topic topic = find(title);
        topic.lines.remove(topic.message(number, who));
        topic.save();
    }

    synchronized void edit(String title, String number, String who, String text) throws No, IOException {
        Topic topic = find(title);
        topic.message(number, who).text = text;
        topic.save();
    }

    synchronized List<String> titles() {
        return new ArrayList<>(topics.keySet());
    }

    synchronized List<String> read(String title) throws No {
        return find(title).print();
    }

    /** Is it worth sending the file? */
    synchronized void mayUpload(String title, String name) throws No {
        if (find(title).files.contains(name) || name.contains("/") || new File(title + "-" + name).exists()) {
            throw new No("A file with the name " + name + " cannot be stored there.");
        }
    }

    synchronized void upload(String title, String name, String who, byte[] bytes) throws No, IOException {
        mayUpload(title, name); // asked before, but the file took its time
        Topic topic = find(title);
        try {
            Files.write(new File(title + "-" + name).toPath(), bytes, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new No("The server cannot store " + name + ".");
        }
        topic.files.add(name);
        topic.lines.add(new Line(who, name, true));
        topic.save();
    }

    synchronized byte[] download(String title, String name) throws No, IOException {
        if (!find(title).files.contains(name)) {
            throw new No("Nobody has put " + name + " into " + title + ".");
        }
        return Files.readAllBytes(new File(title + "-" + name).toPath());
    }

    synchronized void remove(String title, String who) throws No {
        Topic topic = find(title);
        if (!topic.creator.equals(who)) {
            throw new No("Only " + topic.creator + " may remove " + title + ".");
        }
        topics.remove(title);
        topic.erase();
    }

    synchronized void wipe() {
        for (Topic topic : topics.values()) {
            topic.erase();
        }
        topics.clear();
    }

    private Topic find(String title) throws No {
        Topic topic = topics.get(title);
        if (topic == null) {
            throw new No("I know of no thread " + title + ".");
        }
        return topic;
    }

    private static class Line {
        final String author;
        String text; // or the name of the file
        final boolean upload;

        Line(String author, String text, boolean upload) {
            this.author = author;
            this.text = text;
            this.upload = upload;
        }
    }

    private static class Topic {
        final File file;
        final String creator;
        final List<Line> lines = new ArrayList<>();
        final List<String> files = new ArrayList<>();

        Topic(File file, String creator) {
            this.file = file;
            this.creator = creator;
        }

        List<String> print() {
            List<String> out = new ArrayList<>();
            int number = 0;
            for (Line line : lines) {
                if (line.upload) {
                    out.add(line.author + " uploaded " + line.text);
                } else {
                    out.add(++number + " " + line.author + ": " + line.text);
                }
            }
            return out;
        }

        Line message(String number, String who) throws No {
            int left;
            try {
                left = Integer.parseInt(number);
            } catch (NumberFormatException e) {
                left = 0;
            }
            if (left > 0) {
                for (Line line : lines) {
                    if (!line.upload && --left == 0) {
                        if (!line.author.equals(who)) {
                            throw new No("That one was written by " + line.author + ", hands off.");
                        }
                        return line;
                    }
                }
            }
            throw new No("No message has the number " + number + " here.");
        }

        void save() throws IOException {
            List<String> all = print();
            all.add(0, creator);
            Files.write(file.toPath(), all);
        }

        void erase() {
            file.delete();
            for (String name : files) {
                new File(file.getName() + "-" + name).delete();
            }
        }
    }
}
