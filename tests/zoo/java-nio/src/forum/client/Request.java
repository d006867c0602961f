package forum.client;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A typed line, taken apart: either its words (as many as the command has), or what is wrong with it. */
final class Request {
    private static final Map<String, Integer> WORDS = Map.ofEntries(
            Map.entry("CRT", 2), Map.entry("MSG", 3), Map.entry("DLT", 3), Map.entry("EDT", 4), Map.entry("LST", 1),
            Map.entry("RDT", 2), Map.entry("UPD", 3), Map.entry("DWN", 3), Map.entry("RMV", 2), Map.entry("XIT", 1),
            Map.entry("SHT", 2));

    final List<String> words;
    final String problem;

    private Request(List<String> words, String problem) {
        this.words = words;
        this.problem = problem;
    }

    static Request parse(String line) {
        String[] words = line.split("\\s+");
        words[0] = words[0].toUpperCase();
        Integer wanted = WORDS.get(words[0]);
        if (wanted == null) {
            return new Request(null, "there is no command " + words[0]);
        }
        boolean text = words[0].equals("MSG") || words[0].equals("EDT");
        if (words.length < wanted || words.length > wanted && !text) {
            return new Request(null, words[0] + " needs " + (wanted - 1) + " argument(s)");
        }
        if (wanted > 2 && "DLT EDT".contains(words[0]) && !words[2].matches("[1-9][0-9]*")) {
            return new Request(null, words[2] + " is no number of a message");
        }
        if (text) {
            words[wanted - 1] = String.join(" ", Arrays.copyOfRange(words, wanted - 1, words.length));
            words = Arrays.copyOf(words, wanted);
        }
        return new Request(Arrays.asList(words), null);
    }
}
