import java.io.File;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Scanner;

/**
 * Discussion forum client.
 *
 * Usage: java Client server_IP server_port
 */
public class Client {

    private final Scanner keyboard = new Scanner(System.in);
    private final Socket socket;
    private final ObjectOutputStream out;
    private final Receiver receiver;
    private String user;

    public Client(String host, int port) throws IOException {
        socket = new Socket(host, port);
        out = new ObjectOutputStream(socket.getOutputStream());
        out.flush();
        receiver = new Receiver(socket);
        receiver.start();
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.out.println("Usage: java Client server_IP server_port");
            return;
        }
        Client client = new Client(args[0], Integer.parseInt(args[1]));
        System.out.println("Connected to the forum.");
        if (client.login()) {
            client.commandLoop();
        }
        client.receiver.finish();
        client.socket.close();
    }

    // ------------------------------------------------------------- login

    private boolean login() throws IOException {
        while (receiver.isRunning()) {
            String name = ask("Who are you? ");
            if (name == null) {
                return false;
            }
            if (name.isEmpty() || name.contains(" ")) {
                System.out.println("A user name is one word, please.");
                continue;
            }
            send("NAME", name);
            String[] a = receiver.nextAnswer();
            String kind = "SECRET";
            String question = "Your secret word: ";
            if (a[0].equals("SHUTDOWN")) {
                return false;
            } else if (a[0].equals("BUSY")) {
                System.out.println(a[1]);
                continue;
            } else if (a[0].equals("NEW")) {
                System.out.println("I have never seen you before.");
                kind = "JOIN";
                question = "Choose a secret word: ";
            }
            String secret = ask(question);
            if (secret == null) {
                return false;
            }
            send(kind, name, secret);
            a = receiver.nextAnswer();
            if (a[0].equals("SHUTDOWN")) {
                return false;
            }
            System.out.println(a[1]);
            if (a[0].equals("YES")) {
                user = name;
                return true;
            }
        }
        return false;
    }

    /** returns null when there is nobody to talk to any more */
    private String ask(String question) {
        System.out.print(question);
        System.out.flush();
        if (!keyboard.hasNextLine()) {
            return null;
        }
        String line = keyboard.nextLine();
        return receiver.isRunning() ? line : null;
    }

    // ---------------------------------------------------------- commands

    private void commandLoop() throws IOException {
        while (receiver.isRunning()) {
            Menu.show();
            if (!keyboard.hasNextLine()) {
                break;
            }
            String line = keyboard.nextLine();
            if (!receiver.isRunning()) {
                break;
            }
            if (line.trim().isEmpty()) {
                continue;
            }
            String command = line.split(" ", 2)[0];
            if (Menu.usage(command) == null) {
                System.out.println("There is no command " + command);
                continue;
            }
            String[] words = cut(line, command);
            if (words == null) {
                System.out.println("Write it like this: " + Menu.usage(command));
                continue;
            }
            if (command.equals("XIT")) {
                receiver.finish();
                send("XIT");
                System.out.println("See you, " + user + "!");
                break;
            }
            if (!execute(words)) {
                break;
            }
        }
    }

    /** splits the line into the words of the command; null if the number of words is wrong */
    private String[] cut(String line, String command) {
        int n = Menu.words(command);
        String[] words;
        if (Menu.endsWithText(command)) {
            words = line.split(" ", n);
            if (words.length == n && words[n - 1].trim().isEmpty()) {
                return null;
            }
        } else {
            words = line.split(" ");
        }
        return words.length == n ? words : null;
    }

    /** sends the command and shows the answer; false after a shutdown */
    private boolean execute(String[] words) throws IOException {
        if (words[0].equals("UPD")) {
            return upload(words[1], words[2]);
        }
        send(words);
        String[] a = receiver.nextAnswer();
        if (a[0].equals("SHUTDOWN")) {
            return false;
        }
        if (words[0].equals("DWN") && a[0].equals("OK")) {
            Object data = receiver.next();
            if (!(data instanceof byte[])) {
                return false;
            }
            saveFile(words[2], (byte[]) data);
        }
        System.out.println(a[1]);
        return true;
    }

    private boolean upload(String title, String filename) throws IOException {
        File file = new File(filename);
        if (!file.isFile()) {
            System.out.println("You have no file " + filename + " here");
            return true;
        }
        send("UPD", title);
        String[] a = receiver.nextAnswer();
        if (a[0].equals("SEND")) {
            send(user, filename);
            sendObject(Files.readAllBytes(file.toPath()));
            a = receiver.nextAnswer();
        }
        if (a[0].equals("SHUTDOWN")) {
            return false;
        }
        System.out.println(a[1]);
        return true;
    }

    private void saveFile(String filename, byte[] data) throws IOException {
        Files.write(Paths.get(filename), data);
    }

    // ------------------------------------------------------------ output

    private void send(String... words) throws IOException {
        sendObject(words);
    }

    private void sendObject(Object o) throws IOException {
        out.writeObject(o);
        out.flush();
    }
}
