import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One datagram. A session (0: none yet), a serial number within it, what it is, and texts.
 * An answer bears the session and the serial number of its request.
 */
final class Packet {
    static final byte OPEN = 1;       // session 0; the text is a random word: "may I have a session?"
    static final byte NAME = 2;
    static final byte PASSWORD = 3;
    static final byte COMMAND = 4;
    static final byte FETCH = 5;      // the next part of a long answer: its index as text
    static final byte BYE = 6;
    static final byte FINE = 10;      // what was asked for was done
    static final byte REFUSED = 11;
    static final byte MORE = 12;      // FINE, and there is at least one part more
    static final byte PORT = 13;      // the TCP port on which a file may go or come

    static final int LARGEST = 8192;

    final int session;
    final int serial;
    final byte kind;
    final List<String> texts;

    Packet(int session, int serial, byte kind, List<String> texts) {
        this.session = session;
        this.serial = serial;
        this.kind = kind;
        this.texts = texts;
    }

    Packet answer(byte kind, String text) {
        return new Packet(session, serial, kind, List.of(text));
    }

    byte[] bytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(session);
        out.writeInt(serial);
        out.writeByte(kind);
        out.writeShort(texts.size());
        for (String text : texts) {
            out.writeUTF(text);
        }
        return bytes.toByteArray();
    }

    static Packet of(byte[] data, int length) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(data, 0, length));
        int session = in.readInt();
        int serial = in.readInt();
        byte kind = in.readByte();
        List<String> texts = new ArrayList<>();
        for (int left = in.readShort(); left > 0; left--) {
            texts.add(in.readUTF());
        }
        return new Packet(session, serial, kind, texts);
    }
}
