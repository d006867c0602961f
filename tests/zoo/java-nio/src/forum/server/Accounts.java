package forum.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/** The file of names and passwords, read again each time somebody asks: it may be edited while we run. */
final class Accounts {
    private final Path path = Paths.get("credentials.txt");

    /** null: there is no such user. */
    String passwordOf(String name) throws IOException {
        for (String line : content().split("\r?\n")) {
            if (line.startsWith(name + " ")) {
                return line.substring(name.length() + 1);
            }
        }
        return null;
    }

    void add(String name, String password) throws IOException {
        String old = content();
        String gap = old.isEmpty() || old.endsWith("\n") ? "" : "\n";
        Files.writeString(path, old + gap + name + " " + password + "\n");
    }

    void delete() {
        Store.deleteQuietly(path);
    }

    private String content() throws IOException {
        return Files.exists(path) ? Files.readString(path, StandardCharsets.UTF_8) : "";
    }
}
