package dev.herald.document;

import dev.herald.api.JsonBytes;
import dev.herald.api.Position;
import jakarta.json.JsonValue;

/**
 * A document at one version. Immutable.
 *
 * @param position of the change that led here, in the document's channel; its offset is the version
 * @param size of the value's JSON text, in characters, or a little more
 */
public record DocumentState(Position position, JsonValue value, long size) {

    /** How deep arrays and objects may be nested; a few levels remain for what is written around the value. */
    static final int MAX_DEPTH = 240;

    /** What a document is to which nobody has written. */
    static final DocumentState EMPTY = new DocumentState(new Position("-", 0), JsonValue.EMPTY_JSON_OBJECT, 2);

    /** The version: how often the document was changed. */
    public long version() {
        return position.offset();
    }

    /** The document after a change. */
    DocumentState changed(Position at, Change change, JsonValue after) {
        var next = new DocumentState(at, after, size + change.json().toString().length());
        return change instanceof Patch patch && patch.copies() ? next.measured() : next;
    }

    /** The same, with the size as it is. */
    DocumentState measured() {
        return new DocumentState(position, value, value.toString().length());
    }

    /** The value as JSON text, in which what looks like bytes is escaped, as everywhere in the hub. */
    public String text() {
        return text(value);
    }

    /** A value as JSON text, as it is written in the hub. */
    public static String text(JsonValue value) {
        var text = value.toString();
        return text.contains(JsonBytes.MARK) ? JsonBytes.escape(value).toString() : text;
    }
}
