package dev.herald.document;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.util.ArrayList;
import java.util.List;

/**
 * A JSON Patch (RFC 6902). Either all operations are done or none.
 *
 * <p>Herald checks by itself what each operation needs, and only then has JSON-P do it: so the error names the operation, and a patch
 * has the same outcome on every server, which the nodes of a cluster rely on.
 */
record Patch(JsonArray json, List<Operation> operations) implements Change {

    static final String KIND = "patch";

    /** The most operations in one change. */
    static final int MAX_OPERATIONS = 1_000;

    static final JsonProvider JSON = JsonProvider.provider();

    Patch {
        operations = List.copyOf(operations);
    }

    static Patch of(JsonArray json) {
        if (json.size() > MAX_OPERATIONS) {
            throw ChangeException.invalid("a change has at most " + MAX_OPERATIONS + " operations");
        }
        var operations = new ArrayList<Operation>(json.size());
        for (var n = 0; n < json.size(); n++) {
            operations.add(operation(n, json.get(n)));
        }
        return new Patch(json, operations);
    }

    static Patch replacing(JsonValue value) {
        return of(JSON.createArrayBuilder()
                .add(JSON.createObjectBuilder()
                        .add("op", "replace")
                        .add("path", "")
                        .add("value", value))
                .build());
    }

    private static Operation operation(int index, JsonValue json) {
        try {
            if (json instanceof JsonObject object && object.get("op") instanceof JsonString op) {
                return switch (op.getString()) {
                    case "add" -> new Operation.Add(pointer(object, "path"), value(object));
                    case "remove" -> new Operation.Remove(pointer(object, "path"));
                    case "replace" -> new Operation.Replace(pointer(object, "path"), value(object));
                    case "move" -> new Operation.Move(pointer(object, "from"), pointer(object, "path"));
                    case "copy" -> new Operation.Copy(pointer(object, "from"), pointer(object, "path"));
                    case "test" -> new Operation.Test(pointer(object, "path"), value(object));
                    default -> throw new IllegalArgumentException("op is add, remove, replace, move, copy or test");
                };
            }
            throw new IllegalArgumentException("an operation is an object with an op");
        } catch (IllegalArgumentException e) {
            throw ChangeException.invalid(index, String.valueOf(e.getMessage()));
        }
    }

    private static Pointer pointer(JsonObject operation, String member) {
        if (operation.get(member) instanceof JsonString text) {
            return Pointer.of(text.getString());
        }
        throw new IllegalArgumentException(member + " is a JSON pointer (RFC 6901), a string");
    }

    private static JsonValue value(JsonObject operation) {
        var value = operation.get("value");
        if (value == null) {
            throw new IllegalArgumentException("value is missing");
        }
        return value;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public JsonValue on(JsonValue value) {
        var changed = value;
        var copying = new Operation.Copying();
        for (var n = 0; n < operations.size(); n++) {
            try {
                changed = operations.get(n).on(changed, copying);
            } catch (IllegalArgumentException e) {
                throw ChangeException.invalid(n, String.valueOf(e.getMessage()));
            }
        }
        return changed;
    }

    /** Whether the value may grow by more than the patch has. */
    boolean copies() {
        return operations.stream().anyMatch(Operation.Copy.class::isInstance);
    }

    /**
     * Whether the patch may mean another element of an array than its author saw, if others have changed the document since: it names
     * one by its index, and no {@code test} makes sure that this is the one.
     *
     * @param value before the patch
     */
    boolean guesses(JsonValue value) {
        var tested = new ArrayList<Pointer>();
        var copying = new Operation.Copying();
        var changed = value;
        for (var operation : operations) {
            if (operation instanceof Operation.Test test) {
                tested.add(test.path());
            }
            for (var pointer : operation.pointers()) {
                for (var element : pointer.elements(changed)) {
                    if (tested.stream().noneMatch(test -> test.isWithin(element) || element.isWithin(test))) {
                        return true;
                    }
                }
            }
            try {
                changed = operation.on(changed, copying);
            } catch (IllegalArgumentException e) {
                // It does not fit, which is found again, and told, when the patch is made.
                return false;
            }
        }
        return false;
    }
}
