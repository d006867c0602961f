/** One line of a thread: a message, or the note that a file was uploaded. */
public class Post {

    private int number;            // 0 for uploads
    private final String author;
    private String text;           // message, or the name of the file
    private final boolean upload;

    private Post(int number, String author, String text, boolean upload) {
        this.number = number;
        this.author = author;
        this.text = text;
        this.upload = upload;
    }

    public static Post message(int number, String author, String text) {
        return new Post(number, author, text, false);
    }

    public static Post upload(String author, String filename) {
        return new Post(0, author, filename, true);
    }

    public int getNumber() {
        return number;
    }

    public void setNumber(int number) {
        this.number = number;
    }

    public String getAuthor() {
        return author;
    }

    public String getText() {
        return text;
    }

    public void setText(String text) {
        this.text = text;
    }

    public boolean isUpload() {
        return upload;
    }

    public String toLine() {
        if (upload) {
            return author + " uploaded " + text;
        }
        return number + " " + author + ": " + text;
    }
}
