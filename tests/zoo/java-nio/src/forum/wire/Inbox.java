package forum.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Collects what comes from a channel until there are whole frames. */
public final class Inbox {
    private ByteBuffer buffer = ByteBuffer.allocate(8192);

    /** Read once. */
    public void fill(ReadableByteChannel channel) throws IOException {
        if (!buffer.hasRemaining()) {
            ByteBuffer larger = ByteBuffer.allocate(buffer.capacity() * 2);
            buffer.flip();
            buffer = larger.put(buffer);
        }
        if (channel.read(buffer) < 0) {
            throw new EOFException("the connection was closed");
        }
    }

    /** The next whole frame, or null. */
    public Frame poll() throws Malformed {
        buffer.flip();
        try {
            return Frame.decode(buffer);
        } finally {
            buffer.compact();
        }
    }
}
