package forum.wire;

/** What a frame is about. The position in this list is its number on the wire. */
public enum Kind {
    // from the client
    HELLO, SECRET, COMMAND, PUT, GET,
    // part of a file, in both directions; an empty one is the last
    PART,
    // from the server
    KNOWN, FRESH, DENIED, WELCOME, DONE, FAILED, SEND_IT, HERE_IT_IS, BYE
}
