package forum.server;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All threads with their messages and files. */
final class Store {
    /** A user may not do that, or it cannot be done. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        Refusal(String why) {
            super(why);
        }
    }

    /** What stands on one line of a thread: with a text a message, else an upload. */
    private static final class Item {
        final String user;
        final String text;
        final String file;

        Item(String user, String text, String file) {
            this.user = user;
            this.text = text;
            this.file = file;
        }
    }

    private static final class Discussion {
        final String founder;
        final Path path;
        final List<Item> items = new ArrayList<>();
        final Map<String, Path> uploads = new LinkedHashMap<>();

        Discussion(String founder, Path path) {
            this.founder = founder;
            this.path = path;
        }

        List<String> lines() {
            List<String> lines = new ArrayList<>();
            int count = 0;
            for (Item item : items) {
                lines.add(item.text == null
                        ? String.format("%s uploaded %s", item.user, item.file)
                        : String.format("%d %s: %s", ++count, item.user, item.text));
            }
            return lines;
        }

        void write() throws IOException {
            List<String> lines = lines();
            lines.add(0, founder);
            Files.writeString(path, String.join("\n", lines));
        }
    }

    private final TreeMap<String, Discussion> discussions = new TreeMap<>();

    static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            Server.log("still there: " + e.getMessage());
        }
    }

    void create(String title, String user) throws Refusal {
        if (discussions.containsKey(title)) {
            throw new Refusal("there is such a thread already");
        }
        Discussion discussion = new Discussion(user, newFile(title));
        discussions.put(title, discussion);
        save(discussion);
    }

    int post(String title, String user, String text) throws Refusal {
        Discussion discussion = get(title);
        discussion.items.add(new Item(user, text, null));
        save(discussion);
        return (int) discussion.items.stream().filter(item -> item.text != null).count();
    }

    void delete(String title, String number, String user) throws Refusal {
        Discussion discussion = get(title);
        discussion.items.remove(place(discussion, number, user));
        save(discussion);
    }

    void edit(String title, String number, String user, String text) throws Refusal {
        Discussion discussion = get(title);
        discussion.items.set(place(discussion, number, user), new Item(user, text, null));
        save(discussion);
    }

    List<String> list() {
        return new ArrayList<>(discussions.keySet());
    }

    List<String> read(String title) throws Refusal {
        return get(title).lines();
    }

    void checkUpload(String title, String file) throws Refusal {
        if (get(title).uploads.containsKey(file)) {
            throw new Refusal("this thread has a file " + file + " already");
        }
    }

    void upload(String title, String file, String user, byte[] content) throws Refusal {
        checkUpload(title, file);
        Discussion discussion = get(title);
        Path path = newFile(title + "-" + file);
        discussion.uploads.put(file, path);
        discussion.items.add(new Item(user, null, file));
        try {
            Files.write(path, content);
        } catch (IOException e) {
            throw new Refusal("the disk does not want it");
        }
        save(discussion);
    }

    byte[] fetch(String title, String file) throws Refusal {
        Path path = get(title).uploads.get(file);
        if (path == null) {
            throw new Refusal("this thread has no file " + file);
        }
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new Refusal("the file has been lost");
        }
    }

    void remove(String title, String user) throws Refusal {
        Discussion discussion = get(title);
        if (!discussion.founder.equals(user)) {
            throw new Refusal("it is not yours but " + discussion.founder + "'s");
        }
        discussions.remove(title);
        erase(discussion);
    }

    void deleteEverything() {
        discussions.values().forEach(Store::erase);
        discussions.clear();
    }

    private static void erase(Discussion discussion) {
        discussion.uploads.values().forEach(Store::deleteQuietly);
        deleteQuietly(discussion.path);
    }

    private Discussion get(String title) throws Refusal {
        Discussion discussion = discussions.get(title);
        if (discussion == null) {
            throw new Refusal("there is no thread " + title);
        }
        return discussion;
    }

    private static int place(Discussion discussion, String number, String user) throws Refusal {
        int count = 0;
        for (int at = 0; at < discussion.items.size(); at++) {
            Item item = discussion.items.get(at);
            if (item.text != null && number.equals(String.valueOf(++count))) {
                if (!item.user.equals(user)) {
                    throw new Refusal("this message is from " + item.user + ", not from you");
                }
                return at;
            }
        }
        throw new Refusal("there is no message " + number);
    }

    /** Only a name that is free in this folder, and does not lead out of it. */
    private static Path newFile(String name) throws Refusal {
        try {
            Path path = Paths.get(name);
            if (path.getNameCount() != 1 || path.isAbsolute()) {
                throw new Refusal("this is no name for a file");
            }
            return Files.write(path, new byte[0], StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw new Refusal("there is another file of that name");
        } catch (IOException | InvalidPathException e) {
            throw new Refusal("there cannot be a file of that name");
        }
    }

    private static void save(Discussion discussion) throws Refusal {
        try {
            discussion.write();
        } catch (IOException e) {
            throw new Refusal("the disk does not want it");
        }
    }
}
