import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** java Server PORT ADMIN_PASSWORD */
public class Server {

    public static void main(String[] args) {
        if (args.length < 2) {
            System.out.println("java Server <port> <admin password>");
            System.exit(1);
        }
        Lobby lobby = new Lobby(args[1]);
        try (ServerSocket door = new ServerSocket(Integer.parseInt(args[0]))) {
            System.out.println("[server] forum is open, port " + args[0]);
            for (;;) {
                Socket visitor = door.accept();
                InetAddress from = visitor.getInetAddress();
                System.out.println("[server] somebody came in from " + from.getHostAddress());
                new Conversation(visitor, lobby).start();
            }
        } catch (IOException | IllegalArgumentException e) {
            System.out.println("[server] cannot go on: " + e);
            System.exit(1);
        }
    }
}
