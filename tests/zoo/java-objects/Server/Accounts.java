import java.io.BufferedReader;
import java.io.File;
import java.io.FileReader;
import java.io.IOException;
import java.io.RandomAccessFile;

/** Access to the credentials file. */
public class Accounts {

    private final File file;
    private boolean closed = false;

    public Accounts(String filename) {
        this.file = new File(filename);
    }

    /** returns the password of the user, or null if there is no such user */
    public synchronized String passwordOf(String username) {
        if (!file.exists()) {
            return null;
        }
        try (BufferedReader reader = new BufferedReader(new FileReader(file))) {
            String line;
            while ((line = reader.readLine()) != null) {
                int space = line.indexOf(' ');
                if (space > 0 && line.substring(0, space).equals(username)) {
                    return line.substring(space + 1);
                }
            }
        } catch (IOException e) {
            Server.log("Cannot read credentials: " + e.getMessage());
        }
        return null;
    }

    /** Adds a user at the end of the file; false if the name was taken meanwhile. */
    public synchronized boolean register(String username, String password) {
        if (closed || passwordOf(username) != null) {
            return false;
        }
        try (RandomAccessFile raf = new RandomAccessFile(file, "rw")) {
            long length = raf.length();
            String entry = username + " " + password;
            if (length > 0) {
                raf.seek(length - 1);
                if (raf.read() == '\n') {
                    entry = entry + "\n";
                } else {
                    entry = "\n" + entry;
                }
            }
            raf.seek(length);
            raf.write(entry.getBytes());
        } catch (IOException e) {
            Server.log("Cannot write credentials: " + e.getMessage());
            return false;
        }
        return true;
    }

    public synchronized void deleteFile() {
        closed = true;
        file.delete();
    }
}
