import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules of the forum and all that its users share. Every public method is
 * synchronized, so that no command is interrupted by another one. Nothing in
 * here talks to the network: nobody waits because another one's line is slow.
 */
class Forum {
    private final String adminPassword;
    private final Accounts accounts = new Accounts();
    private final Map<String, Discussion> discussions = new LinkedHashMap<>();
    private final List<String> online = new ArrayList<>();
    private boolean closed = false;

    Forum(String adminPassword) {
        this.adminPassword = adminPassword;
    }

    // ------------------------------------------------------------------ users

    /** Whether there is an account of this name. Refused if its owner is here already. */
    synchronized boolean knows(String name) throws IOException, Refused {
        open();
        if (name.isEmpty() || name.contains(" ")) {
            throw new Refused("A user name is one word.");
        }
        if (online.contains(name)) {
            throw new Refused(name + " is logged in at another terminal.");
        }
        return accounts.knows(name);
    }

    /** Let a user in whose account exists. */
    synchronized void enter(String name, String password) throws IOException, Refused {
        open();
        if (!accounts.matches(name, password)) {
            throw new Refused("Name and password do not fit together.");
        }
        // Looked at again: somebody may have been faster since the name was given.
        if (online.contains(name)) {
            throw new Refused(name + " is logged in at another terminal.");
        }
        online.add(name);
    }

    /** Write down a new account and let its user in. */
    synchronized void register(String name, String password) throws IOException, Refused {
        open();
        if (password.isEmpty() || password.contains(" ")) {
            throw new Refused("A password is one word.");
        }
        if (accounts.knows(name)) {
            throw new Refused("Somebody else has just taken the name " + name + ".");
        }
        accounts.add(name, password);
        online.add(name);
    }

    synchronized void leave(String user) {
        online.remove(user);
    }

    // --------------------------------------------------------------- commands
    // Each returns the lines that the user will see.

    synchronized List<String> create(String user, String title) throws IOException, Refused {
        open();
        if (discussions.containsKey(title)) {
            throw new Refused("The title " + title + " is in use.");
        }
        needFreeName(title);
        discussions.put(title, new Discussion(title, user));
        return List.of("New thread: " + title);
    }

    synchronized List<String> post(String user, String title, String text) throws IOException, Refused {
        int number = find(title).post(user, text);
        return List.of("Your message has number " + number + " in " + title + ".");
    }

    synchronized List<String> delete(String user, String title, String number) throws IOException, Refused {
        find(title).delete(user, number);
        return List.of("The message was taken out of " + title + ".");
    }

    synchronized List<String> edit(String user, String title, String number, String text) throws IOException, Refused {
        find(title).edit(user, number, text);
        return List.of("The message in " + title + " has been changed.");
    }

    synchronized List<String> titles() throws Refused {
        open();
        return discussions.isEmpty() ? List.of("(no threads yet)") : List.copyOf(discussions.keySet());
    }

    synchronized List<String> read(String title) throws Refused {
        List<String> lines = find(title).lines();
        return lines.isEmpty() ? List.of("(nothing in it yet)") : lines;
    }

    synchronized List<String> remove(String user, String title) throws IOException, Refused {
        Discussion discussion = find(title);
        if (!discussion.creator.equals(user)) {
            throw new Refused("Only its creator can remove a thread.");
        }
        discussion.deleteFiles();
        discussions.remove(title);
        return List.of("Removed: " + title);
    }

    // ------------------------------------------------------------------ files

    /** Whether a file may be uploaded, before its bytes are sent. */
    synchronized void checkUpload(String title, String name) throws Refused {
        if (find(title).hasFile(name)) {
            throw new Refused(title + " has a file of that name.");
        }
        needFreeName(title + "-" + name);
    }

    /** Keep an uploaded file. Checked again: the thread may have gone while the bytes came. */
    synchronized List<String> store(String user, String title, String name, byte[] data) throws IOException, Refused {
        checkUpload(title, name);
        find(title).store(user, name, data);
        return List.of(name + " (" + data.length + " bytes) is now in " + title + ".");
    }

    synchronized byte[] fetch(String title, String name) throws IOException, Refused {
        Discussion discussion = find(title);
        if (!discussion.hasFile(name)) {
            throw new Refused("No file " + name + " was uploaded to " + title + ".");
        }
        return Files.readAllBytes(discussion.stored(name));
    }

    // --------------------------------------------------------------- shutdown

    /** Close the forum for good, and delete its files and no others. */
    synchronized void shutDown(String password) throws IOException, Refused {
        open();
        if (!password.equals(adminPassword)) {
            throw new Refused("That is not the administrator's password.");
        }
        closed = true;
        for (Discussion discussion : discussions.values()) {
            discussion.deleteFiles();
        }
        discussions.clear();
        accounts.delete();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    // ---------------------------------------------------------------- helpers

    /** Nothing happens any more after a shutdown; what is still on its way must not make files again. */
    private void open() throws Refused {
        if (closed) {
            throw new Refused("The forum is closed.");
        }
    }

    private Discussion find(String title) throws Refused {
        open();
        Discussion discussion = discussions.get(title);
        if (discussion == null) {
            throw new Refused("Nobody has created a thread " + title + ".");
        }
        return discussion;
    }

    /** A new file must lie in this folder and must not take the place of one that is not ours. */
    private static void needFreeName(String name) throws Refused {
        try {
            if (!name.contains("/") && !Files.exists(Path.of(name))) {
                return;
            }
        } catch (InvalidPathException e) {
            // refused like the others
        }
        throw new Refused("The name " + name + " cannot be used.");
    }
}
