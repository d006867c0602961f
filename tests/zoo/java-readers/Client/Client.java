import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.Files;
import java.util.concurrent.Semaphore;

/** java Client SERVER_IP SERVER_PORT: shows what the server says, tells the server what is typed. */
public class Client {
    private static final Semaphore turn = new Semaphore(0); // one permit: one line may be typed
    private static DataInputStream in;
    private static DataOutputStream out;

    public static void main(String[] args) {
        if (args.length < 2) {
            System.out.println("java Client <server ip> <server port>");
            System.exit(1);
        }
        try {
            Socket socket = new Socket(args[0], Integer.parseInt(args[1]));
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
        } catch (IOException e) {
            end("The forum cannot be reached: " + e.getMessage(), 1);
        }
        new Thread(Client::listen, "ears").start();
        try {
            type();
        } catch (IOException | InterruptedException e) {
            // The ears hear the same thing, and end the program.
            Thread.currentThread().interrupt();
        }
    }

    private static void type() throws IOException, InterruptedException {
        BufferedReader keyboard = new BufferedReader(new InputStreamReader(System.in));
        while (true) {
            turn.acquire();
            String line = keyboard.readLine();
            if (line == null) {
                end("", 0);
            }
            synchronized (out) {
                out.writeByte('L');
                out.writeUTF(line);
            }
        }
    }

    private static void listen() {
        try {
            while (true) {
                char tag = (char) in.readByte();
                String text = in.readUTF();
                switch (tag) {
                    case 'T':
                        System.out.println(text);
                        break;
                    case '?':
                        System.out.print(text);
                        System.out.flush();
                        turn.release();
                        break;
                    case 'U':
                        giveFile(new File(text));
                        break;
                    case 'D':
                        takeFile(new File(text));
                        break;
                    default:
                        end(text, 0);
                }
            }
        } catch (IOException e) {
            end("The forum is gone. Bye.", 0);
        }
    }

    private static void giveFile(File file) throws IOException {
        byte[] bytes = null;
        try {
            bytes = Files.readAllBytes(file.toPath());
        } catch (IOException e) {
            System.out.println("You have no file " + file + " that can be read.");
        }
        synchronized (out) {
            if (bytes == null) {
                out.writeByte('N');
            } else {
                out.writeByte('F');
                out.writeInt(bytes.length);
                out.write(bytes);
            }
        }
    }

    private static void takeFile(File file) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        try {
            Files.write(file.toPath(), bytes);
            System.out.println("Got " + file + ", " + bytes.length + " bytes.");
        } catch (IOException e) {
            System.out.println("Cannot write " + file + " here.");
        }
    }

    private static void end(String why, int status) {
        System.out.println(why);
        System.exit(status);
    }
}
