import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.List;

/**
 * One connected client. Its thread is the only one that reads from the
 * connection and the only one that writes to it.
 *
 * What goes over the wire, with the methods of DataOutputStream:
 *   request    writeInt(how many words), writeUTF(each word)
 *   reply      writeUTF(kind), writeInt(how many lines), writeUTF(each line)
 *   file       writeInt(how many bytes), the bytes
 * Kinds: OK, NO, KNOWN and NEW (at login), SEND (the file may come), FILE (the
 * file follows), CLOSED (the forum shuts down; it may come at any time).
 */
class Session implements Runnable {
    private final Server server;
    private final Forum forum;
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private String user; // null: not logged in

    Session(Server server, Forum forum, Socket socket) throws IOException {
        this.server = server;
        this.forum = forum;
        this.socket = socket;
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    @Override
    public void run() {
        try (socket) {
            converse();
        } catch (IOException e) {
            System.out.println("connection lost: " + (user == null ? "nobody" : user));
        } finally {
            if (user != null) {
                forum.leave(user);
            }
            server.forget(this);
        }
    }

    /** Wake the thread from its waiting for the client: it reads an end of file, and sees that the forum is closed. */
    void interrupt() {
        try {
            socket.shutdownInput();
        } catch (IOException e) {
            // gone already
        }
    }

    private void converse() throws IOException {
        boolean more = true;
        while (more && !forum.isClosed()) {
            try {
                if (user == null) {
                    logIn();
                } else {
                    more = serve(receive());
                }
            } catch (Refused e) {
                if (!forum.isClosed()) {
                    reply("NO", List.of(e.getMessage()));
                }
            } catch (IOException e) {
                if (!forum.isClosed()) {
                    throw e;
                }
            }
        }
        if (forum.isClosed()) {
            reply("CLOSED", List.of("The administrator has closed the forum. Good bye!"));
        }
    }

    // ------------------------------------------------------------------ login

    /** One attempt: the name, then the password. The forum's lock is never held while the user types. */
    private void logIn() throws IOException, Refused {
        String name = receive()[0];
        boolean known = forum.knows(name);
        reply(known ? "KNOWN" : "NEW", List.of());
        String password = receive()[0];
        if (known) {
            forum.enter(name, password);
        } else {
            forum.register(name, password);
        }
        user = name;
        System.out.println(user + (known ? " is here" : " is here for the first time"));
        reply("OK", List.of("Hello " + user + "!"));
    }

    // --------------------------------------------------------------- commands

    /** Do what the client asks for. False: it was the last request. */
    private boolean serve(String[] words) throws IOException, Refused {
        Command command = Command.called(words[0]);
        if (command == null || words.length != command.words()) {
            throw new Refused("The server does not understand this request.");
        }
        System.out.println(user + ": " + command);
        switch (command) {
            case CRT: return tell(forum.create(user, words[1]));
            case MSG: return tell(forum.post(user, words[1], words[2]));
            case DLT: return tell(forum.delete(user, words[1], words[2]));
            case EDT: return tell(forum.edit(user, words[1], words[2], words[3]));
            case LST: return tell(forum.titles());
            case RDT: return tell(forum.read(words[1]));
            case RMV: return tell(forum.remove(user, words[1]));
            case UPD: return upload(words[1], words[2]);
            case DWN: return download(words[1], words[2]);
            case XIT: return exit();
            default: return shutDown(words[1]);
        }
    }

    private boolean tell(List<String> lines) throws IOException {
        reply("OK", lines);
        return true;
    }

    private boolean upload(String title, String name) throws IOException, Refused {
        forum.checkUpload(title, name);
        reply("SEND", List.of());
        byte[] data = new byte[in.readInt()];
        in.readFully(data);
        return tell(forum.store(user, title, name, data));
    }

    private boolean download(String title, String name) throws IOException, Refused {
        byte[] data = forum.fetch(title, name);
        header("FILE", List.of());
        out.writeInt(data.length);
        out.write(data);
        out.flush();
        return true;
    }

    private boolean exit() throws IOException {
        // Off the list before the answer goes out: the user may be back at once.
        forum.leave(user);
        user = null;
        reply("OK", List.of("See you, good bye."));
        return false;
    }

    private boolean shutDown(String password) throws IOException, Refused {
        forum.shutDown(password);
        System.out.println("the forum is closed");
        server.close();
        return false;
    }

    // ------------------------------------------------------------------- wire

    private String[] receive() throws IOException {
        int count = in.readInt();
        if (count < 1 || count > 4) {
            throw new IOException("not a client of ours");
        }
        String[] words = new String[count];
        for (int i = 0; i < count; i++) {
            words[i] = in.readUTF();
        }
        return words;
    }

    private void reply(String kind, List<String> lines) throws IOException {
        header(kind, lines);
        out.flush();
    }

    private void header(String kind, List<String> lines) throws IOException {
        out.writeUTF(kind);
        out.writeInt(lines.size());
        for (String line : lines) {
            out.writeUTF(line);
        }
    }
}
