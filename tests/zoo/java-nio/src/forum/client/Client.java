package forum.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.SynchronousQueue;

import forum.wire.Frame;
import forum.wire.Inbox;
import forum.wire.Kind;

/** The main thread talks with the user; a second one reads the channel, and ends the program on a goodbye. */
public final class Client {
    private final Scanner keyboard = new Scanner(System.in);
    private final SynchronousQueue<Frame> answers = new SynchronousQueue<>();
    private final SocketChannel channel;

    private Client(SocketChannel channel) {
        this.channel = channel;
    }

    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2) {
            System.err.println("arguments: address port");
            System.exit(2);
        }
        try {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(args[0], Integer.parseInt(args[1])));
            Client client = new Client(channel);
            Thread reader = new Thread(client::read);
            reader.setDaemon(true);
            reader.start();
            client.logIn();
            while (true) {
                client.obey();
            }
        } catch (IOException e) {
            leave("*** no connection to the forum (" + e.getMessage() + ")");
        }
    }

    /** Whoever comes first ends the program; it says so once. */
    private static synchronized void leave(String words) {
        System.out.println(words);
        System.exit(0);
    }

    private void read() {
        Inbox inbox = new Inbox();
        try {
            while (true) {
                Frame frame = inbox.poll();
                if (frame == null) {
                    inbox.fill(channel);
                } else if (frame.kind == Kind.BYE) {
                    leave(frame.text(0));
                } else {
                    answers.put(frame);
                }
            }
        } catch (IOException | InterruptedException e) {
            leave("*** the forum does not answer any more (" + e.getMessage() + ")");
        }
    }

    private void send(Frame frame) throws IOException {
        ByteBuffer bytes = frame.encode();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private Frame ask(Frame frame) throws IOException, InterruptedException {
        send(frame);
        return answers.take();
    }

    private String type() {
        if (!keyboard.hasNextLine()) {
            leave("");
        }
        return keyboard.nextLine().trim();
    }

    private String word(String prompt) {
        while (true) {
            System.out.print(prompt);
            System.out.flush();
            String word = type();
            if (!word.isEmpty() && !word.contains(" ")) {
                return word;
            }
            System.out.println("*** one word, please");
        }
    }

    private void logIn() throws IOException, InterruptedException {
        while (true) {
            Frame answer = ask(Frame.of(Kind.HELLO, word("Login> ")));
            if (answer.kind != Kind.DENIED) {
                boolean known = answer.kind == Kind.KNOWN;
                answer = ask(Frame.of(Kind.SECRET, word(known ? "Passphrase> " : "New account, set a passphrase> ")));
            }
            if (answer.kind == Kind.WELCOME) {
                return;
            }
            System.out.println("*** " + answer.text(0));
        }
    }

    private void obey() throws IOException, InterruptedException {
        System.out.println("CRT title / MSG title text / DLT title number / EDT title number text / LST / RDT title /");
        System.out.println("UPD title file / DWN title file / RMV title / XIT / SHT password   (what shall it be?)");
        String line = type();
        if (line.isEmpty()) {
            return;
        }
        Request request = Request.parse(line);
        if (request.problem != null) {
            System.out.println("*** " + request.problem);
            return;
        }
        switch (request.words.get(0)) {
            case "UPD":
                upload(request.words);
                break;
            case "DWN":
                download(request.words);
                break;
            case "LST":
                Frame list = ask(Frame.of(Kind.COMMAND, request.words));
                System.out.println("Threads: " + list.size());
                show(list);
                break;
            default:
                show(ask(Frame.of(Kind.COMMAND, request.words)));
        }
    }

    private static void show(Frame answer) {
        if (answer.kind == Kind.FAILED) {
            System.out.println("*** " + answer.text(0));
        } else {
            answer.texts().forEach(System.out::println);
        }
    }

    private void upload(List<String> words) throws IOException, InterruptedException {
        byte[] content;
        try {
            content = Files.readAllBytes(Paths.get(words.get(2)));
        } catch (IOException | InvalidPathException e) {
            System.out.println("*** no file here that could be read: " + words.get(2));
            return;
        }
        Frame answer = ask(Frame.of(Kind.PUT, words));
        if (answer.kind == Kind.SEND_IT) {
            for (Frame part : Frame.parts(content)) {
                send(part);
            }
            answer = answers.take();
        }
        show(answer);
    }

    private void download(List<String> words) throws IOException, InterruptedException {
        Frame answer = ask(Frame.of(Kind.GET, words));
        if (answer.kind == Kind.FAILED) {
            show(answer);
            return;
        }
        Path path = Paths.get(words.get(2));
        try (var file = Files.newOutputStream(path)) {
            for (byte[] part = answers.take().bytes(0); part.length > 0; part = answers.take().bytes(0)) {
                file.write(part);
            }
        }
        System.out.println("Downloaded " + Files.size(path) + " bytes.");
    }
}
