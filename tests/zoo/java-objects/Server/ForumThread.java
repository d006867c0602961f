import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One discussion thread. The list in memory is copied to the file after every change. */
public class ForumThread {

    private final String title;
    private final String creator;
    private final List<Post> posts = Collections.synchronizedList(new ArrayList<Post>());

    public ForumThread(String title, String creator) throws IOException {
        this.title = title;
        this.creator = creator;
        save();
    }

    public String getCreator() {
        return creator;
    }

    public void addMessage(String user, String text) throws IOException {
        int next = 1;
        for (Post p : posts) {
            if (!p.isUpload()) {
                next++;
            }
        }
        posts.add(Post.message(next, user, text));
        save();
    }

    /** looks for the message with this number, null if there is none */
    public Post find(int number) {
        for (Post p : posts) {
            if (!p.isUpload() && p.getNumber() == number) {
                return p;
            }
        }
        return null;
    }

    public void delete(Post post) throws IOException {
        posts.remove(post);
        // give the remaining messages new numbers
        int n = 1;
        for (Post p : posts) {
            if (!p.isUpload()) {
                p.setNumber(n);
                n++;
            }
        }
        save();
    }

    public void edit(Post post, String text) throws IOException {
        post.setText(text);
        save();
    }

    public void addFile(String user, String filename, byte[] data) throws IOException {
        try (FileOutputStream out = new FileOutputStream(storedName(filename))) {
            out.write(data);
        }
        posts.add(Post.upload(user, filename));
        save();
    }

    public boolean hasFile(String filename) {
        for (Post p : posts) {
            if (p.isUpload() && p.getText().equals(filename)) {
                return true;
            }
        }
        return false;
    }

    public byte[] readFile(String filename) throws IOException {
        return Files.readAllBytes(Paths.get(storedName(filename)));
    }

    /** all lines for RDT */
    public List<String> readLines() {
        List<String> lines = new ArrayList<String>();
        for (Post p : posts) {
            lines.add(p.toLine());
        }
        return lines;
    }

    /** removes the thread file and everything uploaded to the thread */
    public void deleteFiles() {
        for (Post p : posts) {
            if (p.isUpload()) {
                new File(storedName(p.getText())).delete();
            }
        }
        new File(title).delete();
    }

    private String storedName(String filename) {
        return title + "-" + filename;
    }

    private void save() throws IOException {
        try (PrintWriter out = new PrintWriter(title, "UTF-8")) {
            out.print(creator + "\n");
            for (Post p : posts) {
                out.print(p.toLine() + "\n");
            }
        }
    }
}
