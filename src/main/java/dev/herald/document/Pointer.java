package dev.herald.document;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonPointer;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place in a JSON value (RFC 6901). What it throws is an {@link IllegalArgumentException} with a sentence for the peer.
 *
 * @param text as it is written
 * @param names of the members and elements from the root on, unescaped
 */
record Pointer(String text, List<String> names) {

    /** Stands for the place after an array's last element. */
    private static final String END = "-";

    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");
    private static final Pattern BROKEN_ESCAPE = Pattern.compile("~(?![01])");
    private static final JsonProvider JSON = JsonProvider.provider();

    static Pointer of(String text) {
        if (!text.isEmpty() && !text.startsWith("/")) {
            throw new IllegalArgumentException("a JSON pointer is empty or begins with /");
        }
        if (BROKEN_ESCAPE.matcher(text).find()) {
            throw new IllegalArgumentException("in a JSON pointer, ~ is followed by 0 or 1");
        }
        var names = new ArrayList<String>();
        for (var start = 1; start <= text.length(); ) {
            var slash = text.indexOf('/', start);
            var end = slash < 0 ? text.length() : slash;
            names.add(text.substring(start, end).replace("~1", "/").replace("~0", "~"));
            start = end + 1;
        }
        return new Pointer(text, List.copyOf(names));
    }

    boolean isRoot() {
        return names.isEmpty();
    }

    /** Whether this is the other place, or one below it. */
    boolean isWithin(Pointer other) {
        return names.size() >= other.names.size()
                && names.subList(0, other.names.size()).equals(other.names);
    }

    /** What is there. */
    JsonValue in(JsonValue root) {
        var value = root;
        for (var name : names) {
            value = child(value, name);
        }
        return value;
    }

    private static JsonValue child(JsonValue value, String name) {
        if (value instanceof JsonObject object) {
            var member = object.get(name);
            if (member != null) {
                return member;
            }
            throw new IllegalArgumentException("there is no member " + quoted(name));
        } else if (value instanceof JsonArray array) {
            return array.get(index(name, array.size() - 1));
        }
        throw new IllegalArgumentException("there is no " + quoted(name) + " in what is neither object nor array");
    }

    /** @param last the largest index that there may be */
    private static int index(String name, int last) {
        if (!INDEX.matcher(name).matches() || Integer.parseInt(name) > last) {
            throw new IllegalArgumentException("there is no element " + quoted(name));
        }
        return Integer.parseInt(name);
    }

    private static String quoted(String name) {
        return JSON.createValue(name.length() > 40 ? name.substring(0, 40) + "…" : name)
                .toString();
    }

    /** The value with another one at this place: in an object as a member, in an array as a new element before the one that is there. */
    JsonValue add(JsonValue root, JsonValue value) {
        if (isRoot()) {
            return value;
        }
        var name = names.get(names.size() - 1);
        var parent = parent().in(root);
        if (parent instanceof JsonArray array && !name.equals(END)) {
            index(name, array.size());
        } else if (!(parent instanceof JsonStructure)) {
            throw new IllegalArgumentException("nothing can be added to what is neither object nor array");
        }
        return pointer().add((JsonStructure) root, value);
    }

    /** The value without what is at this place. */
    JsonValue remove(JsonValue root) {
        if (isRoot()) {
            throw new IllegalArgumentException("the whole document cannot be removed; replace it");
        }
        in(root);
        return pointer().remove((JsonStructure) root);
    }

    /** The value with another one instead of what is at this place. */
    JsonValue replace(JsonValue root, JsonValue value) {
        if (isRoot()) {
            return value;
        }
        in(root);
        return pointer().replace((JsonStructure) root, value);
    }

    private Pointer parent() {
        return new Pointer(text.substring(0, text.lastIndexOf('/')), names.subList(0, names.size() - 1));
    }

    private JsonPointer pointer() {
        return JSON.createPointer(text);
    }

    /** How many members and elements the arrays and objects have together that the way to this place leads through. */
    long around(JsonValue root) {
        var count = 0L;
        @Nullable JsonValue value = root;
        for (var n = 0; n < names.size() && value != null; n++) {
            var name = names.get(n);
            if (value instanceof JsonArray array) {
                count += array.size();
                value = INDEX.matcher(name).matches() && Integer.parseInt(name) < array.size()
                        ? array.get(Integer.parseInt(name))
                        : null;
            } else {
                count += value instanceof JsonObject object ? object.size() : 0;
                value = value instanceof JsonObject object ? object.get(name) : null;
            }
        }
        return count;
    }

    /** The elements of arrays, by their indexes, that the way to this place leads through, itself included; as far as there is a way. */
    List<Pointer> elements(JsonValue root) {
        var elements = new ArrayList<Pointer>();
        @Nullable JsonValue value = root;
        for (var n = 0; n < names.size() && value != null; n++) {
            var name = names.get(n);
            if (value instanceof JsonArray array) {
                if (!name.equals(END)) {
                    elements.add(new Pointer(text, names.subList(0, n + 1)));
                }
                value = INDEX.matcher(name).matches() && Integer.parseInt(name) < array.size()
                        ? array.get(Integer.parseInt(name))
                        : null;
            } else {
                value = value instanceof JsonObject object ? object.get(name) : null;
            }
        }
        return elements;
    }
}
