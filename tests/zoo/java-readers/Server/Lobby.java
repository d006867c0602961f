import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What all conversations share: the people, the board, and who is talking at the moment. */
class Lobby {
    final People people = new People();
    final Board board = new Board();
    private final Set<Conversation> open = ConcurrentHashMap.newKeySet();
    private final String adminPassword;

    Lobby(String adminPassword) {
        this.adminPassword = adminPassword;
    }

    void joined(Conversation c) {
        open.add(c);
    }

    void left(Conversation c) {
        open.remove(c);
    }

    boolean isAdmin(String password) {
        return adminPassword.equals(password);
    }

    /** Say goodbye to all, sweep the floor, switch off the light. Does not return. */
    void closeDown(Conversation who) {
        // Both stay locked until the program is gone, so nobody makes a new file behind our back.
        synchronized (board) {
            synchronized (people) {
                board.wipe();
                people.deleteFile();
                sayGoodbye();
                System.out.println("[server] closed by " + who.name());
                System.exit(0);
            }
        }
    }

    /** Somebody who does not read may keep a goodbye waiting: so one thread for each, and not for ever. */
    private void sayGoodbye() {
        Thread[] byes = open.stream().map(c -> new Thread(c::goodbye)).toArray(Thread[]::new);
        for (Thread bye : byes) {
            bye.start();
        }
        long until = System.nanoTime() + 10_000_000_000L;
        try {
            for (Thread bye : byes) {
                bye.join(Math.max(1, (until - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where nothing else helps. */
    static void complain(String where, IOException e) {
        System.out.println("[server] trouble with " + where + ": " + e.getMessage());
    }
}
