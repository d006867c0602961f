import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.List;

/**
 * One client, from hello to goodbye.
 *
 * What goes out: a letter and a string. T shows a line. ? asks: shows the string, and the user may type one
 * line. U wants the file of that name. D brings a file: name, length (int), bytes. X shows a line and ends the client.
 * What comes in: L and a typed line, F and a file (int, bytes), N if there is no such file.
 */
class Conversation extends Thread {
    private static final String HELP = "CRT, MSG, DLT, EDT, LST, RDT, UPD, DWN, RMV, XIT, SHT";

    private final Socket socket;
    private final Lobby lobby;
    private DataInputStream in;
    private DataOutputStream out;
    private String me = "somebody";
    private boolean inside;

    Conversation(Socket socket, Lobby lobby) {
        this.socket = socket;
        this.lobby = lobby;
    }

    String name() {
        return me;
    }

    @Override
    public void run() {
        try (Socket s = socket) {
            in = new DataInputStream(s.getInputStream());
            out = new DataOutputStream(s.getOutputStream());
            lobby.joined(this);
            login();
            talk();
        } catch (IOException e) {
            System.out.println("[server] lost " + me);
        } finally {
            lobby.left(this);
            if (inside) {
                lobby.people.leave(me);
            }
        }
    }

    private void login() throws IOException {
        send('T', "--- Welcome to the discussion forum ---");
        while (!inside) {
            String name = ask("Your name, please: ").trim();
            if (name.isEmpty() || name.contains(" ")) {
                send('T', "A name is one word.");
                continue;
            }
            boolean old = lobby.people.knows(name);
            String password = ask(old ? "And your password: " : "You are new here. Choose a password: ").trim();
            if (password.isEmpty() || password.contains(" ")) {
                send('T', "A password is one word.");
                continue;
            }
            String problem = old ? lobby.people.enter(name, password) : lobby.people.register(name, password);
            System.out.println("[server] " + name + (problem == null ? " is in" : " is not let in: " + problem));
            if (problem == null) {
                me = name;
                inside = true;
                send('T', "Good to see you, " + name + ".");
            } else {
                send('T', problem);
            }
        }
    }

    private void talk() throws IOException {
        String line;
        do {
            line = ask("\n(" + HELP + ")\n" + me + "@forum$ ").trim();
        } while (obey(line));
        // Before the goodbye: who has read it may be back at once.
        lobby.people.leave(me);
        inside = false;
        send('X', "See you, " + me + ".");
        System.out.println("[server] " + me + " has left");
    }

    /** False: that was the last one. */
    private boolean obey(String line) throws IOException {
        if (line.isEmpty()) {
            return true;
        }
        String[] w = line.split(" ");
        System.out.println("[server] " + me + " says " + w[0]);
        try {
            switch (w[0]) {
                case "CRT":
                    count(w, 2, "CRT title");
                    lobby.board.create(w[1], me);
                    send('T', "Made thread " + w[1] + ".");
                    break;
                case "MSG":
                    w = words(line, 3, "MSG title text");
                    lobby.board.post(w[1], me, w[2]);
                    send('T', "Posted in " + w[1] + ".");
                    break;
                case "DLT":
                    count(w, 3, "DLT title number");
                    lobby.board.delete(w[1], w[2], me);
                    send('T', "Deleted.");
                    break;
                case "EDT":
                    w = words(line, 4, "EDT title number text");
                    lobby.board.edit(w[1], w[2], me, w[3]);
                    send('T', "Changed.");
                    break;
                case "LST":
                    count(w, 1, "LST");
                    show(lobby.board.titles(), "Not one thread so far.");
                    break;
                case "RDT":
                    count(w, 2, "RDT title");
                    show(lobby.board.read(w[1]), "Nobody has said anything there.");
                    break;
                case "UPD":
                    count(w, 3, "UPD title file");
                    upload(w[1], w[2]);
                    break;
                case "DWN":
                    count(w, 3, "DWN title file");
                    download(w[2], lobby.board.download(w[1], w[2]));
                    break;
                case "RMV":
                    count(w, 2, "RMV title");
                    lobby.board.remove(w[1], me);
                    send('T', w[1] + " is no more.");
                    break;
                case "XIT":
                    count(w, 1, "XIT");
                    return false;
                case "SHT":
                    count(w, 2, "SHT admin_password");
                    if (lobby.isAdmin(w[1])) {
                        lobby.closeDown(this);
                    }
                    throw new Board.No("You are not the admin.");
                default:
                    throw new Board.No("I do not understand " + w[0] + ".");
            }
        } catch (Board.No no) {
            send('T', no.getMessage());
            System.out.println("[server] told " + me + ": " + no.getMessage());
        }
        return true;
    }

    private static void count(String[] words, int wanted, String usage) throws Board.No {
        if (words.length != wanted) {
            throw new Board.No("It goes like this: " + usage);
        }
    }

    private static String[] words(String line, int wanted, String usage) throws Board.No {
        String[] words = line.split(" ", wanted);
        count(words, wanted, usage);
        return words;
    }

    private void show(List<String> lines, String otherwise) throws IOException {
        for (String line : lines) {
            send('T', line);
        }
        if (lines.isEmpty()) {
            send('T', otherwise);
        }
    }

    private void upload(String title, String name) throws IOException, Board.No {
        lobby.board.mayUpload(title, name);
        send('U', name);
        if (in.readByte() == 'N') {
            return; // the client has told its user
        }
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        lobby.board.upload(title, name, me, bytes);
        send('T', name + " is stored with " + title + ", " + bytes.length + " bytes.");
    }

    private void download(String name, byte[] bytes) throws IOException {
        synchronized (out) {
            out.writeByte('D');
            out.writeUTF(name);
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    private String ask(String prompt) throws IOException {
        send('?', prompt);
        int tag = in.readByte();
        if (tag != 'L') {
            throw new IOException("expected a line, got " + tag);
        }
        return in.readUTF();
    }

    private void send(char tag, String text) throws IOException {
        synchronized (out) {
            out.writeByte(tag);
            out.writeUTF(text);
        }
    }

    void goodbye() {
        try {
            send('X', "The forum has been shut down. Bye.");
            socket.shutdownOutput();
        } catch (IOException e) {
            System.out.println("[server] " + me + " was gone already");
        }
    }
}
