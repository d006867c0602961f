import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** The file of user names and passwords: one "name password" on each line. Only the Forum uses it, under its lock. */
class Accounts {
    private final Path file = Path.of("credentials.txt");

    boolean knows(String name) throws IOException {
        return read().containsKey(name);
    }

    boolean matches(String name, String password) throws IOException {
        return password.equals(read().get(name));
    }

    /** Append an account as the last line. The file may lack the newline at its end; then it is written first. */
    void add(String name, String password) throws IOException {
        String text = content();
        String newline = text.isEmpty() || text.endsWith("\n") ? "" : "\n";
        Files.write(file, (newline + name + " " + password + "\n").getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    /** All accounts. The file is read each time, so that it may be exchanged while the server runs. */
    private Map<String, String> read() throws IOException {
        Map<String, String> passwords = new LinkedHashMap<>();
        for (String line : content().split("\\R")) {
            int space = line.indexOf(' ');
            if (space > 0) {
                passwords.put(line.substring(0, space), line.substring(space + 1));
            }
        }
        return passwords;
    }

    private String content() throws IOException {
        return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    }
}
