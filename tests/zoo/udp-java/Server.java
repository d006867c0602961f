import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The forum's server: java Server PORT. One loop answers all datagrams, in the order in which they come. */
public final class Server {
    private static final Path ACCOUNTS = Paths.get("credentials.txt");
    private static final int PART = 1000;                // letters of an answer in one datagram
    private static final int HURRY = 30_000;             // ms in which a client must come for a file

    /** What is known of one client. */
    private static final class Session {
        String user = "";                                // named, but not in yet
        boolean in;
        int serial;                                      // of the last request that was carried out
        Packet answer;                                   // to that one, should it be asked for again
        List<String> parts = List.of();                  // of a long answer
    }

    private final DatagramSocket socket;
    private final Discussions discussions = new Discussions();
    private final Map<Integer, Session> sessions = new HashMap<>();
    private final Map<String, Integer> opened = new HashMap<>();     // the random word of OPEN -> its session

    private Server(int port) throws IOException {
        socket = new DatagramSocket(port);
    }

    public static void main(String[] arguments) throws IOException {
        Server server = new Server(Integer.parseInt(arguments[0]));
        System.out.println("Forum ready");
        while (true) {
            DatagramPacket datagram = new DatagramPacket(new byte[Packet.LARGEST], Packet.LARGEST);
            server.socket.receive(datagram);
            try {
                Packet answer = server.answerTo(Packet.of(datagram.getData(), datagram.getLength()));
                if (answer != null) {
                    byte[] bytes = answer.bytes();
                    server.socket.send(new DatagramPacket(bytes, bytes.length, datagram.getSocketAddress()));
                }
            } catch (IOException | RuntimeException broken) {
                System.out.println("Not understood: " + broken);
            }
        }
    }

    /** The answer; null for a straggler, a request that its client sent twice and has long had an answer to. */
    private Packet answerTo(Packet request) throws IOException {
        if (request.kind == Packet.OPEN) {
            int session = opened.computeIfAbsent(request.texts.get(0), word -> opened.size() + 1);
            sessions.computeIfAbsent(session, number -> new Session());
            return request.answer(Packet.FINE, String.valueOf(session));
        }
        Session session = sessions.get(request.session);
        if (session == null) {
            return request.answer(Packet.REFUSED, "This session is over");
        }
        if (request.serial < session.serial) {
            return null;
        }
        if (request.serial > session.serial) {
            session.serial = request.serial;
            try {
                session.answer = carryOut(session, request);
            } catch (Discussions.No no) {
                session.answer = request.answer(Packet.REFUSED, no.getMessage());
            }
        }
        return session.answer;
    }

    private Packet carryOut(Session session, Packet request) throws IOException, Discussions.No {
        switch (request.kind) {
            case Packet.NAME: return named(session, request);
            case Packet.PASSWORD: return admitted(session, request);
            case Packet.FETCH: return part(session, request, Integer.parseInt(request.texts.get(0)));
            case Packet.BYE:
                session.in = false;
                System.out.println(session.user + " has left");
                return request.answer(Packet.FINE, "Until next time, " + session.user);
            default: return commanded(session, request);
        }
    }

    // Who is who.

    private Packet named(Session session, Packet request) throws IOException, Discussions.No {
        refuseTwice(request.texts.get(0));
        session.user = request.texts.get(0);
        boolean known = accounts().containsKey(session.user);
        return request.answer(Packet.FINE, known ? "Secret word:" : "A newcomer! Make up a secret word:");
    }

    private Packet admitted(Session session, Packet request) throws IOException, Discussions.No {
        refuseTwice(session.user);
        String word = request.texts.get(0);
        String right = accounts().get(session.user);
        if (right == null) {
            String text = Files.readString(ACCOUNTS);
            String between = text.isEmpty() || text.endsWith("\n") ? "" : "\n";
            Files.writeString(ACCOUNTS, text + between + session.user + " " + word + "\n");
        } else if (!right.equals(word)) {
            throw new Discussions.No("That is not the secret word of " + session.user);
        }
        session.in = true;
        System.out.println(session.user + " has come");
        return request.answer(Packet.FINE, "You are in");
    }

    private void refuseTwice(String user) throws Discussions.No {
        for (Session session : sessions.values()) {
            if (session.in && session.user.equals(user)) {
                throw new Discussions.No(user + " is in already, at another place");
            }
        }
    }

    private static Map<String, String> accounts() throws IOException {
        Map<String, String> accounts = new LinkedHashMap<>();
        for (String line : Files.readAllLines(ACCOUNTS, StandardCharsets.UTF_8)) {
            int space = line.indexOf(' ');
            if (space > 0) {
                accounts.put(line.substring(0, space), line.substring(space + 1));
            }
        }
        return accounts;
    }

    // Commands.

    private Packet commanded(Session session, Packet request) throws IOException, Discussions.No {
        if (!session.in) {
            throw new Discussions.No("First say who you are");
        }
        List<String> words = request.texts;
        System.out.println(session.user + " wants " + words.get(0));
        switch (words.get(0)) {
            case "UPD":
                discussions.mayBringIn(words.get(1), words.get(2));
                return request.answer(Packet.PORT, receiver(session.user, words.get(1), words.get(2)));
            case "DWN":
                return request.answer(Packet.PORT, sender(discussions.toTakeAway(words.get(1), words.get(2))));
            default:
                session.parts = cut(discussions.carryOut(session.user, words));
                return part(session, request, 0);
        }
    }

    private static List<String> cut(String text) {
        List<String> parts = new ArrayList<>();
        for (int at = 0; at == 0 || at < text.length(); at += PART) {
            parts.add(text.substring(at, Math.min(text.length(), at + PART)));
        }
        return parts;
    }

    private static Packet part(Session session, Packet request, int index) {
        boolean last = index + 1 >= session.parts.size();
        return request.answer(last ? Packet.FINE : Packet.MORE, session.parts.get(index));
    }

    // Files: each has a port and a thread of its own, until it has gone over.

    private interface Carriage {
        void carry(DataInputStream in, DataOutputStream out) throws IOException;
    }

    private String receiver(String user, String title, String name) throws IOException {
        return open((in, out) -> {
            byte[] content = in.readNBytes(in.readInt());
            try {
                discussions.bringIn(user, title, name, content);
                out.writeUTF("");
            } catch (Discussions.No no) {
                out.writeUTF(no.getMessage());
            }
        });
    }

    private String sender(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        return open((in, out) -> {
            out.writeInt(content.length);
            out.write(content);
        });
    }

    private static String open(Carriage carriage) throws IOException {
        ServerSocket gate = new ServerSocket(0);
        gate.setSoTimeout(HURRY);
        Thread carrier = new Thread(() -> {
            try (gate; Socket socket = gate.accept();
                 DataInputStream in = new DataInputStream(socket.getInputStream());
                 DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
                carriage.carry(in, out);
                out.flush();
            } catch (IOException lost) {
                System.out.println("A file got lost: " + lost);
            }
        });
        carrier.setDaemon(true);
        carrier.start();
        return String.valueOf(gate.getLocalPort());
    }
}
