import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Discussion forum server. Accepts TCP connections and starts one
 * ClientHandler thread for every client.
 *
 * Usage: java Server server_port admin_passwd
 */
public class Server {

    /** every connected client */
    private final List<ClientHandler> handlers =
            Collections.synchronizedList(new ArrayList<ClientHandler>());

    /** names of the users who are logged in at the moment */
    private final List<String> online =
            Collections.synchronizedList(new ArrayList<String>());

    private final Forum forum = new Forum();
    private final Accounts accounts = new Accounts("credentials.txt");
    private final String adminPassword;
    private final ServerSocket listener;
    private volatile boolean stopping = false;

    public Server(int port, String adminPassword) throws IOException {
        this.adminPassword = adminPassword;
        this.listener = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
    }

    public static void main(String[] args) {
        if (args.length != 2) {
            System.out.println("Usage: java Server server_port admin_passwd");
            System.exit(1);
        }
        try {
            Server server = new Server(Integer.parseInt(args[0]), args[1]);
            server.acceptLoop();
        } catch (NumberFormatException e) {
            System.out.println("The port must be a number");
        } catch (IOException e) {
            System.out.println("Cannot start the server: " + e.getMessage());
        }
    }

    private void acceptLoop() {
        log("Forum is up on port " + listener.getLocalPort());
        while (!stopping) {
            try {
                Socket socket = listener.accept();
                log("New connection from port " + socket.getPort());
                ClientHandler handler = new ClientHandler(this, socket);
                handlers.add(handler);
                handler.start();
            } catch (IOException e) {
                if (!stopping) {
                    log("accept failed: " + e.getMessage());
                }
            }
        }
    }

    /** Stops everything. Called by the handler which received a correct SHT. */
    public void shutdown() {
        stopping = true;
        log("Shutting down, telling all clients");
        List<ClientHandler> copy;
        synchronized (handlers) {
            copy = new ArrayList<ClientHandler>(handlers);
        }
        for (ClientHandler h : copy) {
            h.sendShutdown();
        }
        forum.deleteEverything();
        accounts.deleteFile();
        for (ClientHandler h : copy) {
            h.close();
        }
        try {
            listener.close();
        } catch (IOException e) {
            // nothing left to do
        }
        log("Bye");
        System.exit(0);
    }

    public void forget(ClientHandler handler) {
        handlers.remove(handler);
    }

    public List<String> getOnline() {
        return online;
    }

    public Forum getForum() {
        return forum;
    }

    public Accounts getAccounts() {
        return accounts;
    }

    public boolean isAdmin(String password) {
        return adminPassword.equals(password);
    }

    public boolean isStopping() {
        return stopping;
    }

    public static void log(String text) {
        System.out.println("[server] " + text);
    }
}
