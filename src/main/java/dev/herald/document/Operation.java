package dev.herald.document;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Collection;
import java.util.List;

/** One operation of a {@link Patch}. What it throws is an {@link IllegalArgumentException} with a sentence for the peer. */
sealed interface Operation {

    /** The places that it is about. */
    List<Pointer> pointers();

    /** The changed value. */
    JsonValue on(JsonValue value, Copying copying);

    /** How much one change has copied: a small change could make a value of any size by copies of copies, or take any time. */
    final class Copying {

        /** In characters of JSON, roughly. */
        private static final int MOST = 1024 * 1024;

        /** How many members and elements one change may copy, because what they are in is made anew by each operation. */
        private static final long MOST_AROUND = 5_000_000;

        private int left = MOST;
        private long around = MOST_AROUND;

        /** Counts what an operation at this place has to make anew. */
        void makeAnew(JsonValue root, Pointer path) {
            around -= path.around(root);
            if (around < 0) {
                throw new IllegalArgumentException(
                        "too many operations on large arrays or objects; use fewer, or a merge patch");
            }
        }

        JsonValue copy(JsonValue value) {
            left -= size(value, left);
            if (left <= 0) {
                throw new IllegalArgumentException("a change may copy at most " + MOST + " characters");
            }
            return value;
        }

        /** Counts no further than a little more than that. */
        private static int size(JsonValue value, int atMost) {
            var size = value instanceof JsonString string
                    ? string.getChars().length()
                    : value instanceof JsonNumber ? value.toString().length() : 1;
            if (value instanceof JsonObject object) {
                size += object.keySet().stream().mapToInt(String::length).sum();
            }
            for (var child : children(value)) {
                if (size > atMost) {
                    break;
                }
                size += size(child, atMost - size);
            }
            return size;
        }
    }

    private static Collection<JsonValue> children(JsonValue value) {
        return value instanceof JsonArray array
                ? array
                : value instanceof JsonObject object ? object.values() : List.of();
    }

    /** Refuses what would be nested too deep. */
    private static JsonValue fitting(Pointer path, JsonValue value) {
        if (path.names().size() + depth(value) > DocumentState.MAX_DEPTH) {
            throw new IllegalArgumentException("nested deeper than " + DocumentState.MAX_DEPTH);
        }
        return value;
    }

    /** How deep arrays and objects are nested in it; which is bounded by what {@code JsonGuard} lets through. */
    static int depth(JsonValue value) {
        var deepest = 0;
        for (var child : children(value)) {
            deepest = Math.max(deepest, depth(child));
        }
        return value instanceof JsonArray || value instanceof JsonObject ? deepest + 1 : 0;
    }

    /** Whether two values are equal as RFC 6902 says: numbers by what they are worth. */
    static boolean areEqual(JsonValue one, JsonValue other) {
        if (one instanceof JsonNumber number && other instanceof JsonNumber otherNumber) {
            return number.bigDecimalValue().compareTo(otherNumber.bigDecimalValue()) == 0;
        } else if (one instanceof JsonArray array && other instanceof JsonArray otherArray) {
            if (array.size() != otherArray.size()) {
                return false;
            }
            for (var n = 0; n < array.size(); n++) {
                if (!areEqual(array.get(n), otherArray.get(n))) {
                    return false;
                }
            }
            return true;
        } else if (one instanceof JsonObject object && other instanceof JsonObject otherObject) {
            return object.size() == otherObject.size()
                    && object.entrySet().stream().allMatch(member -> {
                        var value = otherObject.get(member.getKey());
                        return value != null && areEqual(member.getValue(), value);
                    });
        }
        return one.equals(other);
    }

    /** Adds a member or an element. */
    record Add(Pointer path, JsonValue value) implements Operation {

        @Override
        public List<Pointer> pointers() {
            return List.of(path);
        }

        @Override
        public JsonValue on(JsonValue root, Copying copying) {
            copying.makeAnew(root, path);
            return path.add(root, fitting(path, value));
        }
    }

    /** Removes what is there. */
    record Remove(Pointer path) implements Operation {

        @Override
        public List<Pointer> pointers() {
            return List.of(path);
        }

        @Override
        public JsonValue on(JsonValue root, Copying copying) {
            copying.makeAnew(root, path);
            return path.remove(root);
        }
    }

    /** Replaces what is there. */
    record Replace(Pointer path, JsonValue value) implements Operation {

        @Override
        public List<Pointer> pointers() {
            return List.of(path);
        }

        @Override
        public JsonValue on(JsonValue root, Copying copying) {
            copying.makeAnew(root, path);
            return path.replace(root, fitting(path, value));
        }
    }

    /** Removes what is there and adds it elsewhere. */
    record Move(Pointer from, Pointer path) implements Operation {

        @Override
        public List<Pointer> pointers() {
            return List.of(from, path);
        }

        @Override
        public JsonValue on(JsonValue root, Copying copying) {
            if (path.isWithin(from) && !path.equals(from)) {
                throw new IllegalArgumentException("a value cannot be moved into itself");
            }
            copying.makeAnew(root, from);
            copying.makeAnew(root, path);
            var value = from.in(root);
            return path.equals(from) ? root : path.add(from.remove(root), fitting(path, value));
        }
    }

    /** Adds what is there elsewhere, too. */
    record Copy(Pointer from, Pointer path) implements Operation {

        @Override
        public List<Pointer> pointers() {
            return List.of(from, path);
        }

        @Override
        public JsonValue on(JsonValue root, Copying copying) {
            copying.makeAnew(root, path);
            return path.add(root, fitting(path, copying.copy(from.in(root))));
        }
    }

    /** Fails unless the value there is this one. */
    record Test(Pointer path, JsonValue value) implements Operation {

        @Override
        public List<Pointer> pointers() {
            return List.of();
        }

        @Override
        public JsonValue on(JsonValue root, Copying copying) {
            if (!areEqual(path.in(root), value)) {
                throw new IllegalArgumentException("the test fails: another value is there");
            }
            return root;
        }
    }
}
