import java.io.BufferedReader;
import java.io.File;
import java.io.FileReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** credentials.txt, and who is logged in. Every method is one step. */
class People {
    private final File file = new File("credentials.txt");
    private final Map<String, String> passwords = new HashMap<>();
    private final Set<String> online = new HashSet<>();

    People() {
        try (BufferedReader in = new BufferedReader(new FileReader(file, StandardCharsets.ISO_8859_1))) {
            String line;
            while ((line = in.readLine()) != null) {
                int gap = line.indexOf(' ');
                if (gap > 0) {
                    passwords.put(line.substring(0, gap), line.substring(gap + 1));
                }
            }
        } catch (IOException e) {
            Lobby.complain("credentials.txt, starting without accounts", e);
        }
    }

    synchronized boolean knows(String name) {
        return passwords.containsKey(name);
    }

    /** null: welcome. Otherwise: why not. */
    synchronized String enter(String name, String password) {
        if (!password.equals(passwords.get(name))) {
            return "Sorry, wrong password.";
        }
        if (!online.add(name)) {
            return "Sorry, " + name + " is using the forum already.";
        }
        return null;
    }

    /** The same for somebody new. */
    synchronized String register(String name, String password) throws IOException {
        if (knows(name)) {
            return "Sorry, somebody else has just taken the name " + name + ".";
        }
        try (RandomAccessFile out = new RandomAccessFile(file, "rw")) {
            long end = out.length();
            boolean torn = false;
            if (end > 0) {
                out.seek(end - 1);
                torn = out.read() != '\n';
            }
            out.seek(end);
            String line = (torn ? "\n" : "") + name + " " + password + "\n";
            out.write(line.getBytes(StandardCharsets.ISO_8859_1));
        }
        passwords.put(name, password);
        online.add(name);
        return null;
    }

    synchronized void leave(String name) {
        online.remove(name);
    }

    synchronized void deleteFile() {
        file.delete();
    }
}
