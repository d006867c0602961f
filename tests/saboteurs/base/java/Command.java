import java.util.Arrays;
import java.util.List;

/** The commands of the forum and their arguments. Client and server both go by this table. */
enum Command {
    CRT("title"),
    MSG("title", "text"),
    DLT("title", "number"),
    EDT("title", "number", "text"),
    LST,
    RDT("title"),
    UPD("title", "file"),
    DWN("title", "file"),
    RMV("title"),
    XIT,
    SHT("password");

    private final List<String> arguments;

    Command(String... arguments) {
        this.arguments = Arrays.asList(arguments);
    }

    /** The command of this name, or null. */
    static Command called(String name) {
        for (Command command : values()) {
            if (command.name().equals(name)) {
                return command;
            }
        }
        return null;
    }

    /** How many words a line with this command has, the command itself among them. */
    int words() {
        return arguments.size() + 1;
    }

    /** Whether the last argument may contain spaces. */
    boolean endsInText() {
        return arguments.contains("text");
    }

    /** How to type it. */
    String usage() {
        return arguments.isEmpty() ? name() : name() + " " + String.join(" ", arguments);
    }
}
