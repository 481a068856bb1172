package dev.herald.admin;

import dev.herald.api.Broadcast;
import dev.herald.api.Herald;
import dev.herald.api.Received;
import dev.herald.api.ToConnection;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the Admin UI asks for: {@code emit(nsp, filter, event, …)}, {@code join(nsp, room, filter)}, {@code leave(nsp, room, filter)},
 * {@code _disconnect(nsp, close, filter)}. The filter is a room or a socket's id; without one it is for all sockets of the namespace.
 * Immutable.
 *
 * @param name what is asked for
 * @param namespace whose sockets
 * @param filter which of them; {@code null} for all
 * @param room to join or to leave, or the event to emit
 * @param close whether to close the transport as well
 * @param arguments of the event
 */
record Command(
        String name, String namespace, @Nullable String filter, String room, boolean close, List<JsonValue> arguments) {

    /** Reads a request; empty when it is none of these. */
    static Optional<Command> read(Received received) {
        var given = received.arguments();
        var namespace = text(given, 0);
        var second = text(given, 1);
        var third = text(given, 2);
        // What is no filter must not be taken for none, which means everybody.
        if (namespace == null || !isTextOrNone(given, received.event().equals("emit") ? 1 : 2)) {
            return Optional.empty();
        }
        return switch (received.event()) {
            case "emit" ->
                Optional.ofNullable(third)
                        .map(event ->
                                new Command("emit", namespace, second, event, false, given.subList(3, given.size())));
            case "join", "leave" ->
                Optional.ofNullable(second)
                        .map(room -> new Command(received.event(), namespace, third, room, false, List.of()));
            case "_disconnect" ->
                Optional.of(new Command(
                        "disconnect",
                        namespace,
                        third,
                        "",
                        given.size() > 1 && given.get(1) == JsonValue.TRUE,
                        List.of()));
            default -> Optional.empty();
        };
    }

    private static boolean isTextOrNone(List<JsonValue> given, int index) {
        return index >= given.size() || given.get(index) == JsonValue.NULL || given.get(index) instanceof JsonString;
    }

    /** {@code null} when there is none, as for JavaScript's {@code undefined}, or it is empty. */
    private static @Nullable String text(List<JsonValue> given, int index) {
        return index < given.size()
                        && given.get(index) instanceof JsonString text
                        && !text.getString().isEmpty()
                ? text.getString()
                : null;
    }

    /** Begins to do it, on all nodes; does not wait for its end. */
    void run(Herald herald, Consumer<Throwable> failed) {
        try {
            var whom = herald.in(namespace);
            var audience = filter == null ? whom : whom.to(filter);
            switch (name) {
                case "emit" -> watch(audience.emit(room, arguments.toArray(JsonValue[]::new)), failed);
                case "join" -> each(herald, audience, failed, one -> one.join(room));
                case "leave" -> each(herald, audience, failed, one -> one.leave(room));
                default -> each(herald, audience, failed, one -> close ? one.close() : one.disconnect());
            }
        } catch (IllegalArgumentException e) {
            failed.accept(e);
        }
    }

    private static void each(
            Herald herald,
            Broadcast audience,
            Consumer<Throwable> failed,
            Function<ToConnection, CompletionStage<Boolean>> action) {
        watch(
                audience.connections()
                        .thenAccept(all ->
                                all.open().forEach(one -> watch(action.apply(herald.connection(one.id())), failed))),
                failed);
    }

    private static void watch(CompletionStage<?> stage, Consumer<Throwable> failed) {
        var unused = stage.whenComplete((done, failure) -> {
            if (failure != null) {
                var cause = failure.getCause();
                failed.accept(failure instanceof CompletionException && cause != null ? cause : failure);
            }
        });
    }

    /** For the operator's log. */
    @Override
    public String toString() {
        return name + (room.isEmpty() ? "" : " " + room) + " for " + (filter == null ? "all" : filter) + " in "
                + namespace;
    }
}
