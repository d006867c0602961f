package forum.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import forum.server.Store.Refusal;
import forum.wire.Frame;
import forum.wire.Inbox;
import forum.wire.Kind;
import forum.wire.Malformed;

/** A connection, and how far its user has come. */
final class Peer {
    private enum Phase { NAME, PASSWORD, NEW_PASSWORD, COMMANDS, UPLOAD }

    private final Server server;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final Inbox inbox = new Inbox();
    private final Deque<ByteBuffer> outbox = new ArrayDeque<>();

    private Phase phase = Phase.NAME;
    private String user = "?";
    private String title;
    private String file;
    private ByteArrayOutputStream arriving;

    Peer(Server server, SocketChannel channel, SelectionKey key) {
        this.server = server;
        this.channel = channel;
        this.key = key;
    }

    @Override
    public String toString() {
        return user;
    }

    void receive() throws IOException {
        inbox.fill(channel);
        for (Frame frame = inbox.poll(); frame != null && !server.closing; frame = inbox.poll()) {
            handle(frame);
        }
    }

    void send(Frame frame) throws IOException {
        outbox.add(frame.encode());
        flush();
    }

    void flush() throws IOException {
        while (!outbox.isEmpty()) {
            channel.write(outbox.peek());
            if (outbox.peek().hasRemaining()) {
                break;
            }
            outbox.remove();
        }
        int write = outbox.isEmpty() ? 0 : SelectionKey.OP_WRITE;
        key.interestOps(key.interestOps() & SelectionKey.OP_READ | write);
    }

    void onlyWrite() {
        key.interestOps(key.interestOps() & SelectionKey.OP_WRITE);
    }

    boolean hasSentAll() {
        return outbox.isEmpty() || !channel.isOpen();
    }

    void close() {
        logOut();
        try {
            channel.close();
        } catch (IOException e) {
            Server.log(e.getMessage());
        }
    }

    private void logOut() {
        server.online.remove(user, this);
    }

    private void handle(Frame frame) throws IOException {
        switch (frame.kind) {
            case HELLO:
                expect(phase == Phase.NAME || phase == Phase.PASSWORD || phase == Phase.NEW_PASSWORD);
                hello(frame.text(0));
                break;
            case SECRET:
                expect(phase == Phase.PASSWORD || phase == Phase.NEW_PASSWORD);
                secret(frame.text(0));
                break;
            case PART:
                expect(phase == Phase.UPLOAD);
                part(frame.bytes(0));
                break;
            default:
                expect(phase == Phase.COMMANDS);
                command(frame);
        }
    }

    private void expect(boolean fits) throws Malformed {
        if (!fits) {
            throw new Malformed("this is not the time for that");
        }
    }

    private void hello(String name) throws IOException {
        user = name;
        if (server.online.containsKey(name)) {
            phase = Phase.NAME;
            deny(name + " is logged in at another place");
        } else if (server.accounts.passwordOf(name) != null) {
            phase = Phase.PASSWORD;
            send(Frame.of(Kind.KNOWN));
        } else {
            phase = Phase.NEW_PASSWORD;
            send(Frame.of(Kind.FRESH));
        }
    }

    private void secret(String password) throws IOException {
        boolean register = phase == Phase.NEW_PASSWORD;
        phase = Phase.NAME;
        // While this user was typing somebody else may have been quicker.
        if (server.online.containsKey(user)) {
            deny(user + " is logged in at another place");
        } else if (register && server.accounts.passwordOf(user) != null) {
            deny(user + " has been registered by somebody else meanwhile");
        } else if (!register && !password.equals(server.accounts.passwordOf(user))) {
            deny("that password does not fit");
        } else {
            if (register) {
                server.accounts.add(user, password);
            }
            server.online.put(user, this);
            phase = Phase.COMMANDS;
            Server.log(user + (register ? " has registered" : " has logged in"));
            send(Frame.of(Kind.WELCOME));
        }
    }

    private void deny(String why) throws IOException {
        Server.log(user + " denied: " + why);
        send(Frame.of(Kind.DENIED, why));
    }

    private void command(Frame frame) throws IOException {
        Server.log(user + ": " + frame.text(0));
        try {
            switch (frame.kind) {
                case COMMAND:
                    answer(frame.texts());
                    break;
                case PUT:
                    title = frame.text(1);
                    file = frame.text(2);
                    server.store.checkUpload(title, file);
                    arriving = new ByteArrayOutputStream();
                    phase = Phase.UPLOAD;
                    send(Frame.of(Kind.SEND_IT));
                    break;
                case GET:
                    byte[] content = server.store.fetch(frame.text(1), frame.text(2));
                    send(Frame.of(Kind.HERE_IT_IS));
                    for (Frame part : Frame.parts(content)) {
                        send(part);
                    }
                    break;
                default:
                    throw new Malformed("a client does not say " + frame.kind);
            }
        } catch (Refusal refusal) {
            Server.log(user + " could not: " + refusal.getMessage());
            send(Frame.of(Kind.FAILED, refusal.getMessage()));
        }
    }

    private void answer(List<String> words) throws IOException, Refusal {
        Store store = server.store;
        switch (words.get(0)) {
            case "CRT":
                store.create(words.get(1), user);
                done("Created.");
                break;
            case "MSG":
                done("It is message " + store.post(words.get(1), user, words.get(2)) + ".");
                break;
            case "DLT":
                store.delete(words.get(1), words.get(2), user);
                done("Message removed, the others moved up.");
                break;
            case "EDT":
                store.edit(words.get(1), words.get(2), user, words.get(3));
                done("Message rewritten.");
                break;
            case "LST":
                send(Frame.of(Kind.DONE, store.list()));
                break;
            case "RDT":
                send(Frame.of(Kind.DONE, store.read(words.get(1))));
                break;
            case "RMV":
                store.remove(words.get(1), user);
                done("Thread removed with all of its files.");
                break;
            case "XIT":
                logOut();
                send(Frame.of(Kind.BYE, "Come back soon, " + user + "!"));
                break;
            case "SHT":
                if (!words.get(1).equals(server.adminPassword)) {
                    throw new Refusal("only an administrator can do that, and your password is not theirs");
                }
                server.shutDown();
                break;
            default:
                throw new Malformed("an unknown command");
        }
    }

    private void done(String text) throws IOException {
        send(Frame.of(Kind.DONE, text));
    }

    private void part(byte[] bytes) throws IOException {
        if (bytes.length > 0) {
            arriving.writeBytes(bytes);
            return;
        }
        phase = Phase.COMMANDS;
        try {
            server.store.upload(title, file, user, arriving.toByteArray());
            done("Uploaded " + arriving.size() + " bytes.");
        } catch (Refusal refusal) {
            send(Frame.of(Kind.FAILED, refusal.getMessage()));
        }
        arriving = null;
    }
}
