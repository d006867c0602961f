import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Client of the online forum.
 *
 * Usage: java Client server_ip server_port
 *
 * Two threads: the main one reads the keyboard, sends requests and waits for the
 * replies; the listener receives them. The forum may close while the main thread
 * waits for the keyboard, so it is the listener that ends the program then.
 * What goes over the wire is described in Session.java.
 */
public class Client {
    /** What the server answers. */
    private static class Reply {
        String kind;
        String[] lines;
        byte[] file; // only of the kind FILE

        void show() {
            for (String line : lines) {
                System.out.println(line);
            }
        }
    }

    private final BufferedReader keyboard =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    private final DataInputStream in;
    private final DataOutputStream out;

    private Client(Socket socket) throws IOException {
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2) {
            System.err.println("Usage: java Client server_ip server_port");
            System.exit(1);
        }
        try {
            Client client = new Client(new Socket(args[0], Integer.parseInt(args[1])));
            Thread listener = new Thread(client::listen, "listener");
            listener.setDaemon(true);
            listener.start();
            client.logIn();
            client.work();
        } catch (IOException | IllegalArgumentException e) {
            leave("No connection: " + e.getMessage(), 1);
        }
    }

    /** Say why, and end the program with all of its threads. */
    private static void leave(String why, int status) {
        System.out.println(why);
        System.exit(status);
    }

    // --------------------------------------------------------------- listener

    private void listen() {
        try {
            while (true) {
                Reply reply = receive();
                if (reply.kind.equals("CLOSED")) {
                    System.out.println();
                    leave(String.join("\n", reply.lines), 0);
                }
                replies.add(reply);
            }
        } catch (IOException e) {
            leave("\nThe server is gone.", 1);
        }
    }

    private Reply receive() throws IOException {
        Reply reply = new Reply();
        reply.kind = in.readUTF();
        reply.lines = new String[in.readInt()];
        for (int i = 0; i < reply.lines.length; i++) {
            reply.lines[i] = in.readUTF();
        }
        if (reply.kind.equals("FILE")) {
            reply.file = new byte[in.readInt()];
            in.readFully(reply.file);
        }
        return reply;
    }

    // ------------------------------------------------------------ main thread

    /** Send a request and wait for its reply. */
    private Reply request(String... words) throws IOException, InterruptedException {
        out.writeInt(words.length);
        for (String word : words) {
            out.writeUTF(word);
        }
        out.flush();
        return replies.take();
    }

    /** The next line that is typed, without spaces around it. */
    private String ask(String question) throws IOException {
        System.out.print(question);
        System.out.flush();
        String line = keyboard.readLine();
        if (line == null) {
            leave("\nGood bye.", 0);
        }
        return line.strip();
    }

    private void logIn() throws IOException, InterruptedException {
        Reply reply;
        do {
            reply = request(ask("Your name: "));
            if (reply.kind.equals("KNOWN")) {
                reply = request(ask("Your password: "));
            } else if (reply.kind.equals("NEW")) {
                reply = request(ask("You are new here. Your password will be: "));
            }
            reply.show();
        } while (!reply.kind.equals("OK"));
    }

    private void work() throws IOException, InterruptedException {
        while (true) {
            System.out.println("You can type: CRT MSG DLT EDT LST RDT UPD DWN RMV XIT SHT");
            String line = ask("-> ");
            if (!line.isEmpty()) {
                perform(line);
            }
        }
    }

    private void perform(String line) throws IOException, InterruptedException {
        Command command = Command.called(line.split("\\s+", 2)[0]);
        if (command == null) {
            System.out.println("There is no such command.");
            return;
        }
        // Only a text keeps its spaces. Every other argument is one word, so that one too many is noticed.
        String[] words = line.split("\\s+", command.endsInText() ? command.words() : 0);
        if (words.length != command.words()) {
            System.out.println("It goes like this: " + command.usage());
            return;
        }
        if (command == Command.UPD) {
            upload(words);
        } else if (command == Command.DWN) {
            download(words);
        } else {
            Reply reply = request(words);
            reply.show();
            if (command == Command.XIT) {
                System.exit(0);
            }
        }
    }

    private void upload(String[] words) throws IOException, InterruptedException {
        byte[] data;
        try {
            data = Files.readAllBytes(Path.of(words[2]));
        } catch (IOException | InvalidPathException e) {
            System.out.println("I cannot read the file " + words[2] + ".");
            return;
        }
        Reply reply = request(words);
        if (reply.kind.equals("SEND")) {
            out.writeInt(data.length);
            out.write(data);
            out.flush();
            reply = replies.take();
        }
        reply.show();
    }

    private void download(String[] words) throws IOException, InterruptedException {
        Reply reply = request(words);
        reply.show();
        if (!reply.kind.equals("FILE")) {
            return;
        }
        try {
            Files.write(Path.of(words[2]), reply.file);
            System.out.println("Here it is: " + words[2] + ", " + reply.file.length + " bytes.");
        } catch (IOException | InvalidPathException e) {
            System.out.println("I cannot write the file " + words[2] + ".");
        }
    }
}
