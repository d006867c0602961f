import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;

/**
 * Server of the online forum: a thread for every client.
 *
 * Usage: java Server port admin_password
 */
public class Server {
    private final ServerSocket door;
    private final Forum forum;
    private final Set<Session> sessions = new HashSet<>(); // its own lock guards it

    private Server(int port, String adminPassword) throws IOException {
        door = new ServerSocket(port);
        forum = new Forum(adminPassword);
    }

    public static void main(String[] args) {
        if (args.length != 2) {
            System.err.println("Usage: java Server port admin_password");
            System.exit(1);
        }
        try {
            new Server(Integer.parseInt(args[0]), args[1]).run();
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("The server cannot start: " + e.getMessage());
            System.exit(1);
        }
    }

    /** Take in clients until the door is closed. The program ends with the thread of its last session. */
    private void run() {
        System.out.println("The forum is open on port " + door.getLocalPort());
        while (!forum.isClosed()) {
            try {
                welcome(door.accept());
            } catch (IOException e) {
                System.out.println("The door: " + e.getMessage());
            }
        }
    }

    private void welcome(Socket socket) throws IOException {
        Session session = new Session(this, forum, socket);
        synchronized (sessions) {
            sessions.add(session);
        }
        new Thread(session, "client " + socket.getPort()).start();
    }

    /** The forum has been closed: wake accept() and every session. Each one says good bye to its own client. */
    void close() throws IOException {
        door.close();
        synchronized (sessions) {
            for (Session session : sessions) {
                session.interrupt();
            }
        }
    }

    void forget(Session session) {
        synchronized (sessions) {
            sessions.remove(session);
        }
    }
}
