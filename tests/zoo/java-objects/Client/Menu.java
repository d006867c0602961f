/** The texts for the user, and how many words every command needs. */
public class Menu {

    private static final String[][] COMMANDS = {
        { "CRT", "CRT thread", "open a thread" },
        { "MSG", "MSG thread text...", "post a message" },
        { "DLT", "DLT thread number", "delete a message" },
        { "EDT", "EDT thread number text...", "change a message" },
        { "LST", "LST", "list the threads" },
        { "RDT", "RDT thread", "read a thread" },
        { "UPD", "UPD thread file", "upload a file" },
        { "DWN", "DWN thread file", "download a file" },
        { "RMV", "RMV thread", "remove a thread" },
        { "XIT", "XIT", "leave the forum" },
        { "SHT", "SHT admin_password", "close the forum" },
    };

    public static void show() {
        System.out.println();
        System.out.println("---------------- what next? ----------------");
        for (int i = 0; i < COMMANDS.length; i++) {
            System.out.printf(" %2d. %-27s %s%n", i + 1, COMMANDS[i][1], COMMANDS[i][2]);
        }
        System.out.print("your command >> ");
        System.out.flush();
    }

    /** how the command is written, null for an unknown one */
    public static String usage(String command) {
        for (String[] c : COMMANDS) {
            if (c[0].equals(command)) {
                return c[1];
            }
        }
        return null;
    }

    public static int words(String command) {
        return usage(command).split(" ").length;
    }

    /** MSG and EDT end with a text which may contain spaces */
    public static boolean endsWithText(String command) {
        return usage(command).endsWith("...");
    }
}
