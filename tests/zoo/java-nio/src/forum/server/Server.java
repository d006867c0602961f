package forum.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import forum.wire.Frame;
import forum.wire.Kind;

/** The event loop: one thread does everything, so no command is ever interrupted by another one. */
public final class Server {
    // Who does not take our goodbye within this time does not read at all.
    private static final long PATIENCE_MS = 10_000;

    final Accounts accounts = new Accounts();
    final Store store = new Store();
    final String adminPassword;
    final Map<String, Peer> online = new HashMap<>();

    private final Selector selector;
    private final ServerSocketChannel entrance;
    boolean closing;

    private Server(int port, String adminPassword) throws IOException {
        this.adminPassword = adminPassword;
        selector = Selector.open();
        entrance = ServerSocketChannel.open();
        entrance.bind(new InetSocketAddress(port));
        entrance.configureBlocking(false);
        entrance.register(selector, SelectionKey.OP_ACCEPT);
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("arguments: port admin-password");
            System.exit(2);
        }
        Server server = new Server(Integer.parseInt(args[0]), args[1]);
        log("ready");
        server.serve();
        server.finish();
        log("over and out");
    }

    static void log(String what) {
        System.out.println("* " + what);
    }

    private void serve() throws IOException {
        while (!closing) {
            selector.select(this::dispatch);
        }
    }

    private void dispatch(SelectionKey key) {
        if (closing) {
            return; // a command behind the shutdown is not obeyed any more
        }
        if (key.channel() == entrance) {
            admit();
            return;
        }
        Peer peer = (Peer) key.attachment();
        try {
            if (key.isValid() && key.isWritable()) {
                peer.flush();
            }
            if (key.isValid() && key.isReadable()) {
                peer.receive();
            }
        } catch (IOException | IndexOutOfBoundsException e) { // the latter: a frame without its fields
            peer.close();
            log("connection of " + peer + " ended: " + e.getMessage());
        }
    }

    private void admit() {
        try {
            SocketChannel channel = entrance.accept();
            if (channel != null) {
                channel.configureBlocking(false);
                SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
                key.attach(new Peer(this, channel, key));
                log("a new connection");
            }
        } catch (IOException e) {
            log("nobody came in: " + e.getMessage());
        }
    }

    /** Called by a peer that has the admin password. */
    void shutDown() {
        closing = true;
        store.deleteEverything();
        accounts.delete();
        for (Peer peer : peers()) {
            try {
                peer.send(Frame.of(Kind.BYE, "The administrator has closed the forum. Farewell!"));
            } catch (IOException e) {
                peer.close();
            }
        }
    }

    private List<Peer> peers() {
        List<Peer> peers = new ArrayList<>();
        for (SelectionKey key : selector.keys()) {
            if (key.isValid() && key.attachment() instanceof Peer) {
                peers.add((Peer) key.attachment());
            }
        }
        return peers;
    }

    /** Wait until the goodbyes are on their way, then close everything. */
    private void finish() throws IOException {
        entrance.close();
        long until = System.nanoTime() + PATIENCE_MS * 1_000_000;
        List<Peer> waiting = peers();
        waiting.forEach(Peer::onlyWrite);
        waiting.removeIf(Peer::hasSentAll);
        while (!waiting.isEmpty() && System.nanoTime() < until) {
            selector.select(key -> {
                Peer peer = (Peer) key.attachment();
                try {
                    peer.flush();
                } catch (IOException e) {
                    peer.close();
                }
            }, PATIENCE_MS / 10);
            waiting.removeIf(Peer::hasSentAll);
        }
        peers().forEach(Peer::close);
        selector.close();
    }
}
