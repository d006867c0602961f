package forum.wire;

import java.io.IOException;

/** The other side does not speak our language. */
public class Malformed extends IOException {
    private static final long serialVersionUID = 1L;

    public Malformed(String what) {
        super(what);
    }
}
