import java.util.Scanner;

// TODO copy of the first draft, the real one is in ../Client
public class Client {
    private Scanner scanner;

    public static void main(String[] args) {
        // connect
        // login
    }

    Scanner keyboard() {
        if (scanner == null) {
            scanner = new Scanner(System.in);
        }
        return scanner;
    }
}
