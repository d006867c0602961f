import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.Socket;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Talks to one client. A request is a String[] (command first), an answer is
 * a String[] too: { status, text }. The bytes of a file travel as a byte[].
 */
public class ClientHandler extends Thread {

    private final Server server;
    private final Socket socket;
    private final ReentrantLock writing = new ReentrantLock();
    private ObjectOutputStream out;
    private ObjectInputStream in;
    private String user = null;     // null until the login is complete

    public ClientHandler(Server server, Socket socket) {
        this.server = server;
        this.socket = socket;
    }

    @Override
    public void run() {
        try {
            out = new ObjectOutputStream(socket.getOutputStream());
            out.flush();
            in = new ObjectInputStream(socket.getInputStream());
            boolean more = true;
            while (more) {
                String[] request = (String[]) in.readObject();
                if (user == null) {
                    login(request);
                } else {
                    more = command(request);
                }
            }
        } catch (IOException | ClassNotFoundException e) {
            if (!server.isStopping()) {
                Server.log("Lost the connection to " + (user == null ? "a guest" : user));
            }
        } finally {
            if (user != null) {
                server.getOnline().remove(user);
            }
            server.forget(this);
            close();
        }
    }

    // ------------------------------------------------------------- login

    private void login(String[] request) throws IOException {
        String name = request[1];
        Accounts accounts = server.getAccounts();

        if (request[0].equals("NAME")) {
            if (server.getOnline().contains(name)) {
                Server.log(name + " is in already, refused");
                answer("BUSY", "This user is here already, from another terminal");
            } else if (accounts.passwordOf(name) != null) {
                answer("KNOWN", "");
            } else {
                Server.log("Unknown name " + name);
                answer("NEW", "");
            }
        } else if (request[0].equals("SECRET")) {
            if (!request[2].equals(accounts.passwordOf(name))) {
                Server.log("Wrong password for " + name);
                answer("NO", "That is not the right password");
                return;
            }
            synchronized (server.getOnline()) {
                if (server.getOnline().contains(name)) {
                    answer("NO", "This user is here already, from another terminal");
                    return;
                }
                server.getOnline().add(name);
            }
            user = name;
            Server.log(user + " logged in");
            answer("YES", "Hello again " + user);
        } else if (request[0].equals("JOIN")) {
            synchronized (server.getOnline()) {
                if (!accounts.register(name, request[2])) {
                    answer("NO", "That name was taken a moment ago");
                    return;
                }
                server.getOnline().add(name);
            }
            user = name;
            Server.log("New account: " + user + ", logged in");
            answer("YES", "Nice to meet you " + user + ", your account is ready");
        }
    }

    // ---------------------------------------------------------- commands

    /** handles one command; false when the client leaves */
    private boolean command(String[] r) throws IOException, ClassNotFoundException {
        Forum forum = server.getForum();
        Server.log(user + " sent " + r[0]);
        try {
            switch (r[0]) {
                case "CRT":
                    ok(forum.create(user, r[1]));
                    break;
                case "MSG":
                    ok(forum.post(user, r[1], r[2]));
                    break;
                case "DLT":
                    ok(forum.delete(user, r[1], r[2]));
                    break;
                case "EDT":
                    ok(forum.edit(user, r[1], r[2], r[3]));
                    break;
                case "LST":
                    ok(forum.list());
                    break;
                case "RDT":
                    ok(forum.read(r[1]));
                    break;
                case "UPD":
                    receiveFile(r[1]);
                    break;
                case "DWN":
                    byte[] data = forum.download(r[1], r[2]);
                    ok("Done: got " + r[2] + " (" + data.length + " bytes)");
                    sendObject(data);
                    break;
                case "RMV":
                    ok(forum.remove(user, r[1]));
                    break;
                case "SHT":
                    if (!server.isAdmin(r[1])) {
                        throw new Forum.ForumException("That is not the admin password");
                    }
                    server.shutdown();
                    return false;
                case "XIT":
                    Server.log(user + " left");
                    return false;
                default:
                    throw new Forum.ForumException("Command not known: " + r[0]);
            }
        } catch (Forum.ForumException e) {
            Server.log("refused: " + e.getMessage());
            answer("ERR", e.getMessage());
        }
        return true;
    }

    private void receiveFile(String title)
            throws IOException, ClassNotFoundException, Forum.ForumException {
        server.getForum().checkThread(title);
        answer("SEND", "");
        String[] head = (String[]) in.readObject();
        byte[] data = (byte[]) in.readObject();
        ok(server.getForum().upload(head[0], title, head[1], data));
    }

    // ------------------------------------------------------------ output

    private void ok(String text) throws IOException {
        Server.log(text.replace('\n', ' '));
        answer("OK", text);
    }

    private void answer(String status, String text) throws IOException {
        sendObject(new String[] { status, text });
    }

    private void sendObject(Object o) throws IOException {
        writing.lock();
        try {
            out.writeObject(o);
            out.flush();
        } finally {
            writing.unlock();
        }
    }

    public void sendShutdown() {
        // Who is in the middle of a download and reads no further must not keep the others here.
        if (!writing.tryLock()) {
            return;
        }
        try {
            if (out != null) {
                answer("SHUTDOWN", "The administrator closed the forum. Bye!");
            }
        } catch (IOException e) {
            // this client has gone already
        } finally {
            writing.unlock();
        }
    }

    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // ignore
        }
    }
}
