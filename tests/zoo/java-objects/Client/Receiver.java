import java.io.IOException;
import java.io.ObjectInputStream;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Reads everything the server sends. Answers go into a queue for the main
 * thread, the shutdown note is shown at once because it can come any time.
 */
public class Receiver extends Thread {

    private final ObjectInputStream in;
    private final BlockingQueue<Object> answers = new LinkedBlockingQueue<Object>();
    private volatile boolean running = true;

    public Receiver(Socket socket) throws IOException {
        this.in = new ObjectInputStream(socket.getInputStream());
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            while (running) {
                Object o = in.readObject();
                if (o instanceof String[] && ((String[]) o)[0].equals("SHUTDOWN")) {
                    if (running) {
                        System.out.println();
                        System.out.println("*** " + ((String[]) o)[1]);
                        System.exit(0);     // the main thread waits in the Scanner and cannot be woken
                    }
                    return;
                }
                answers.add(o);
            }
        } catch (IOException | ClassNotFoundException e) {
            if (running) {
                System.out.println("*** The server is gone");
                System.exit(1);
            }
        }
    }

    public boolean isRunning() {
        return running;
    }

    public void finish() {
        running = false;
    }

    public String[] nextAnswer() {
        return (String[]) next();
    }

    public Object next() {
        try {
            return answers.take();
        } catch (InterruptedException e) {
            return new String[] { "SHUTDOWN", "" };
        }
    }
}
