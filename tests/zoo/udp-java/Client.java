import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The forum's client: java Client IP PORT. One thread receives; the other one reads the keyboard and asks. */
public final class Client {
    private static final long WAIT = 400;                // ms for the first answer; twice as long after each time-out
    private static final int ATTEMPTS = 7;
    private static final Map<String, Integer> ARGUMENTS = Map.of(
        "CRT", 1, "LST", 0, "MSG", 2, "DLT", 2, "EDT", 3, "RDT", 1, "UPD", 2, "DWN", 2, "RMV", 1, "XIT", 0);

    private final DatagramSocket socket = new DatagramSocket();
    private final InetAddress host;
    private final int port;
    private final LinkedBlockingQueue<Packet> arrived = new LinkedBlockingQueue<>();
    private final BufferedReader keyboard = new BufferedReader(new InputStreamReader(System.in));
    private int session;
    private int serial;

    private Client(String host, int port) throws IOException {
        this.host = InetAddress.getByName(host);
        this.port = port;
        Thread receiver = new Thread(this::receive, "receiver");
        receiver.setDaemon(true);
        receiver.start();
    }

    public static void main(String[] arguments) throws Exception {
        Client client = new Client(arguments[0], Integer.parseInt(arguments[1]));
        client.session = Integer.parseInt(client.ask(Packet.OPEN, UUID.randomUUID().toString()).texts.get(0));
        client.introduce();
        System.out.println("Commands: CRT LST MSG DLT RDT EDT UPD DWN RMV XIT");
        while (client.obey(client.line("Your command? "))) {
            System.out.println();
        }
    }

    private void receive() {
        try {
            while (true) {
                DatagramPacket datagram = new DatagramPacket(new byte[Packet.LARGEST], Packet.LARGEST);
                socket.receive(datagram);
                arrived.add(Packet.of(datagram.getData(), datagram.getLength()));
            }
        } catch (IOException over) {
            System.out.println("Nothing more can be received: " + over.getMessage());
        }
    }

    /** Send until it is answered; what is answered late, or twice, bears another serial number. */
    private Packet ask(byte kind, String... texts) throws IOException, InterruptedException {
        byte[] request = new Packet(session, ++serial, kind, Arrays.asList(texts)).bytes();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            socket.send(new DatagramPacket(request, request.length, host, port));
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT << attempt);
            Packet answer;
            while ((answer = arrived.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS)) != null) {
                if (answer.serial == serial) {
                    return answer;
                }
            }
        }
        System.out.println("No answer from the server.");
        System.exit(1);
        return null;
    }

    private String line(String question) throws IOException {
        System.out.print(question);
        System.out.flush();
        String line = keyboard.readLine();
        if (line == null) {
            System.exit(0);
        }
        return line;
    }

    private void introduce() throws IOException, InterruptedException {
        while (true) {
            String name = line("Who are you? ").trim();
            if (name.isEmpty()) {
                continue;
            }
            Packet answer = ask(Packet.NAME, name);
            if (answer.kind == Packet.FINE) {
                answer = ask(Packet.PASSWORD, line(answer.texts.get(0) + " "));
            }
            System.out.println(answer.texts.get(0) + ".");
            if (answer.kind == Packet.FINE) {
                return;
            }
        }
    }

    /** Whether there will be another command. */
    private boolean obey(String line) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(line.trim().split(" ", 2)));
        String command = words.get(0);
        if (command.isEmpty()) {
            return true;
        }
        Integer wanted = ARGUMENTS.get(command);
        if (wanted == null) {
            System.out.println("Not a command: " + command);
            return true;
        }
        boolean free = command.equals("MSG") || command.equals("EDT");
        if (words.size() > 1) {
            words = new ArrayList<>(List.of(command));
            words.addAll(List.of(line.trim().substring(command.length()).trim().split(" ", free ? wanted : 0)));
        }
        if (words.size() != wanted + 1) {
            System.out.println(command + " takes " + wanted + " arguments.");
            return true;
        }
        switch (command) {
            case "UPD": upload(words); return true;
            case "DWN": download(words); return true;
            case "XIT":
                System.out.println(ask(Packet.BYE).texts.get(0) + ".");
                return false;
            default:
                tell(ask(Packet.COMMAND, words.toArray(new String[0])));
                return true;
        }
    }

    private void tell(Packet answer) throws IOException, InterruptedException {
        System.out.print(answer.kind == Packet.REFUSED ? "Not done: " : "");
        StringBuilder text = new StringBuilder(answer.texts.get(0));
        for (int index = 1; answer.kind == Packet.MORE; index++) {
            answer = ask(Packet.FETCH, String.valueOf(index));
            text.append(answer.texts.get(0));
        }
        System.out.println(text);
    }

    private void upload(List<String> words) throws IOException, InterruptedException {
        Path file = Paths.get(words.get(2));
        if (!Files.isReadable(file)) {
            System.out.println("Not done: here is no file " + file);
            return;
        }
        byte[] content = Files.readAllBytes(file);
        Packet answer = ask(Packet.COMMAND, words.toArray(new String[0]));
        if (answer.kind != Packet.PORT) {
            tell(answer);
            return;
        }
        try (Socket carrier = new Socket(host, Integer.parseInt(answer.texts.get(0)));
             DataOutputStream out = new DataOutputStream(carrier.getOutputStream());
             DataInputStream in = new DataInputStream(carrier.getInputStream())) {
            out.writeInt(content.length);
            out.write(content);
            out.flush();
            String refusal = in.readUTF();
            System.out.println(refusal.isEmpty() ? "Brought in " + file : "Not done: " + refusal);
        }
    }

    private void download(List<String> words) throws IOException, InterruptedException {
        Packet answer = ask(Packet.COMMAND, words.toArray(new String[0]));
        if (answer.kind != Packet.PORT) {
            tell(answer);
            return;
        }
        try (Socket carrier = new Socket(host, Integer.parseInt(answer.texts.get(0)));
             DataInputStream in = new DataInputStream(carrier.getInputStream())) {
            Files.write(Paths.get(words.get(2)), in.readNBytes(in.readInt()));
            System.out.println("Took away " + words.get(2));
        }
    }
}
