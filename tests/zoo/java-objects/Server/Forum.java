import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All threads. Every public method is synchronized, so one command is
 * finished before the next one starts.
 */
public class Forum {

    private final Map<String, ForumThread> threads = new LinkedHashMap<String, ForumThread>();
    private boolean closed = false;

    /** thrown when a command can not be done; the text is for the user */
    public static class ForumException extends Exception {
        private static final long serialVersionUID = 1L;

        public ForumException(String text) {
            super(text);
        }
    }

    private ForumThread need(String title) throws ForumException {
        ForumThread t = threads.get(title);
        if (t == null) {
            throw new ForumException("Sorry, there is no thread called " + title);
        }
        return t;
    }

    private Post needPost(ForumThread t, String number) throws ForumException {
        Post p = null;
        try {
            p = t.find(Integer.parseInt(number));
        } catch (NumberFormatException e) {
            throw new ForumException("'" + number + "' is not a message number");
        }
        if (p == null) {
            throw new ForumException("Sorry, this thread has no message " + number);
        }
        return p;
    }

    public synchronized void checkThread(String title) throws ForumException {
        need(title);
    }

    public synchronized String create(String user, String title) throws ForumException, IOException {
        if (closed) {
            throw new ForumException("The forum is closed");
        }
        if (threads.containsKey(title)) {
            throw new ForumException("Sorry, a thread called " + title + " is already there");
        }
        threads.put(title, new ForumThread(title, user));
        return "Done: you opened thread " + title;
    }

    public synchronized String post(String user, String title, String text)
            throws ForumException, IOException {
        need(title).addMessage(user, text);
        return "Done: your message is in " + title;
    }

    public synchronized String delete(String user, String title, String number)
            throws ForumException, IOException {
        ForumThread t = need(title);
        Post p = needPost(t, number);
        if (!p.getAuthor().equals(user)) {
            throw new ForumException("Sorry, only " + p.getAuthor() + " may delete that message");
        }
        t.delete(p);
        return "Done: message " + number + " is gone";
    }

    public synchronized String edit(String user, String title, String number, String text)
            throws ForumException, IOException {
        ForumThread t = need(title);
        Post p = needPost(t, number);
        if (!p.getAuthor().equals(user)) {
            throw new ForumException("Sorry, only " + p.getAuthor() + " may change that message");
        }
        t.edit(p, text);
        return "Done: message " + number + " has its new text";
    }

    public synchronized String list() throws ForumException {
        if (threads.isEmpty()) {
            throw new ForumException("Nobody has opened a thread yet");
        }
        StringBuilder sb = new StringBuilder("Open threads:");
        for (String title : threads.keySet()) {
            sb.append("\n").append(title);
        }
        return sb.toString();
    }

    public synchronized String read(String title) throws ForumException, IOException {
        List<String> lines = need(title).readLines();
        if (lines.isEmpty()) {
            return "Nothing was posted in " + title + " so far";
        }
        return String.join("\n", lines);
    }

    public synchronized String upload(String user, String title, String filename, byte[] data)
            throws ForumException, IOException {
        need(title).addFile(user, filename, data);
        return "Done: " + filename + " is now in " + title;
    }

    public synchronized byte[] download(String title, String filename)
            throws ForumException, IOException {
        ForumThread t = need(title);
        if (!t.hasFile(filename)) {
            throw new ForumException("Sorry, " + title + " has no file " + filename);
        }
        return t.readFile(filename);
    }

    public synchronized String remove(String user, String title) throws ForumException {
        ForumThread t = need(title);
        if (!t.getCreator().equals(user)) {
            throw new ForumException("Sorry, only " + t.getCreator() + " may remove " + title);
        }
        t.deleteFiles();
        threads.remove(title);
        return "Done: thread " + title + " was removed";
    }

    public synchronized void deleteEverything() {
        for (ForumThread t : threads.values()) {
            t.deleteFiles();
        }
        threads.clear();
        closed = true;
    }
}
