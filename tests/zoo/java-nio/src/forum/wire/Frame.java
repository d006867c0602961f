package forum.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One message: total length (4 bytes, itself not counted), kind (1 byte), then the fields, each of them
 * with its length (4 bytes) before it.
 */
public final class Frame {
    /** Nobody has a reason to send more at once; files are sent in parts. */
    public static final int LIMIT = 1 << 20;

    public final Kind kind;
    private final List<byte[]> fields;

    private Frame(Kind kind, List<byte[]> fields) {
        this.kind = kind;
        this.fields = fields;
    }

    public static Frame of(Kind kind, String... texts) {
        return of(kind, Arrays.asList(texts));
    }

    public static Frame of(Kind kind, List<String> texts) {
        List<byte[]> fields = new ArrayList<>();
        texts.forEach(text -> fields.add(text.getBytes(StandardCharsets.UTF_8)));
        return new Frame(kind, fields);
    }

    public static Frame part(byte[] bytes, int from, int to) {
        return new Frame(Kind.PART, List.of(Arrays.copyOfRange(bytes, from, to)));
    }

    /** All parts of a file, and the empty one behind them. */
    public static List<Frame> parts(byte[] file) {
        List<Frame> parts = new ArrayList<>();
        for (int at = 0; at < file.length; at += LIMIT / 16) {
            parts.add(part(file, at, Math.min(file.length, at + LIMIT / 16)));
        }
        parts.add(part(file, 0, 0));
        return parts;
    }

    public int size() {
        return fields.size();
    }

    public byte[] bytes(int field) {
        return fields.get(field);
    }

    public String text(int field) {
        return new String(fields.get(field), StandardCharsets.UTF_8);
    }

    public List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < size(); i++) {
            texts.add(text(i));
        }
        return texts;
    }

    public ByteBuffer encode() {
        int length = 1 + fields.stream().mapToInt(field -> 4 + field.length).sum();
        ByteBuffer out = ByteBuffer.allocate(4 + length).putInt(length).put((byte) kind.ordinal());
        fields.forEach(field -> out.putInt(field.length).put(field));
        out.flip();
        return out;
    }

    /** The first frame of a buffer that is ready to be read; null, and nothing consumed, if it has not all come. */
    public static Frame decode(ByteBuffer in) throws Malformed {
        if (in.remaining() < 4) {
            return null;
        }
        int length = in.getInt(in.position());
        if (length < 1 || length > LIMIT) {
            throw new Malformed("a frame of " + length + " bytes");
        }
        if (in.remaining() < 4 + length) {
            return null;
        }
        int end = in.position() + 4 + length;
        in.getInt();
        int kind = in.get();
        if (kind < 0 || kind >= Kind.values().length) {
            throw new Malformed("a frame of kind " + kind);
        }
        List<byte[]> fields = new ArrayList<>();
        while (in.position() < end) {
            int size = end - in.position() < 4 ? -1 : in.getInt();
            if (size < 0 || size > end - in.position()) {
                throw new Malformed("a field that leaves its frame");
            }
            byte[] field = new byte[size];
            in.get(field);
            fields.add(field);
        }
        return new Frame(Kind.values()[kind], fields);
    }
}
