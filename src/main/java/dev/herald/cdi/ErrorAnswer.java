package dev.herald.cdi;

import dev.herald.api.EventException;
import jakarta.json.spi.JsonProvider;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The acknowledgement of an event that went wrong.
 *
 * @param code for programs
 * @param message a sentence for people, at most {@value EventException#MAX_SENTENCE} characters
 * @param fields what is wrong with which parameter, or with which member of one; empty if it is not that
 */
record ErrorAnswer(String code, String message, Map<String, String> fields) {

    /** The most fields that are named. */
    static final int MAX_FIELDS = 20;

    /** The longest name of a field, in characters: members of maps are named by the client. */
    private static final int MAX_PATH = 200;

    private static final JsonProvider JSON = JsonProvider.provider();

    /** An error without fields. */
    static ErrorAnswer of(String code, String sentence) {
        return new ErrorAnswer(code, Sentences.cut(sentence, EventException.MAX_SENTENCE), Map.of());
    }

    /**
     * The client's arguments are not as the handler wants them.
     *
     * @param fields a sentence for each wrong field, without its subject; only the first {@value #MAX_FIELDS} are told
     */
    static ErrorAnswer invalid(Map<String, String> fields) {
        var told = new TreeMap<String, String>();
        fields.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(MAX_FIELDS)
                .forEach(field -> told.put(
                        Sentences.cut(field.getKey(), MAX_PATH),
                        Sentences.cut(field.getValue(), EventException.MAX_SENTENCE)));
        var sentence = told.entrySet().stream()
                .map(field -> field.getKey() + " " + field.getValue())
                .collect(Collectors.joining("; "));
        return new ErrorAnswer("invalid", Sentences.cut(sentence, EventException.MAX_SENTENCE), told);
    }

    /** {@code {"error": {"code", "message", "fields"}}}, the last only if there are any. */
    String json() {
        var error = JSON.createObjectBuilder().add("code", code).add("message", message);
        if (!fields.isEmpty()) {
            var members = JSON.createObjectBuilder();
            fields.forEach(members::add);
            error.add("fields", members);
        }
        return JSON.createObjectBuilder().add("error", error).build().toString();
    }
}
