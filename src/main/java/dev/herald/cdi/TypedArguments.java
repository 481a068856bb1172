package dev.herald.cdi;

import dev.herald.api.Connection;
import dev.herald.api.Peer;
import dev.herald.api.Person;
import dev.herald.api.Received;
import jakarta.json.JsonValue;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the arguments of a handler's method of what a client sent. Immutable; any thread may call. */
final class TypedArguments {

    /** What a handler gets on request, by the type of its parameter. */
    private static final Map<Class<?>, Function<Received, Object>> OF_THE_EVENT = Map.of(
            Received.class, received -> received,
            Person.class, Received::person,
            Peer.class, Received::peer,
            Connection.class, Received::connection);

    private final List<Source> sources;

    private TypedArguments(List<Source> sources) {
        this.sources = sources;
    }

    /** Where an argument comes from. */
    private sealed interface Source {

        /** The event itself. */
        record OfEvent(Function<Received, Object> get) implements Source {}

        /** What the client gave at a position. */
        record OfClient(String name, int position, Type type) implements Source {}
    }

    /** For the parameters of a method. */
    static TypedArguments of(Method method) {
        var types = method.getGenericParameterTypes();
        var parameters = method.getParameters();
        var sources = new ArrayList<Source>();
        var position = 0;
        for (var n = 0; n < parameters.length; n++) {
            var get = OF_THE_EVENT.get(parameters[n].getType());
            sources.add(
                    get != null
                            ? new Source.OfEvent(get)
                            : new Source.OfClient(parameters[n].getName(), position++, types[n]));
        }
        return new TypedArguments(List.copyOf(sources));
    }

    /** Whether a parameter's argument is one of the client's. */
    static boolean isOfClient(Parameter parameter) {
        return !OF_THE_EVENT.containsKey(parameter.getType());
    }

    /**
     * The arguments; what the client left out is {@code null}, as in JavaScript, and what it gave beyond them is ignored.
     *
     * @throws InvalidArgumentsException when they do not fit
     */
    @Nullable
    Object[] read(Received received, TypedJson json) {
        var given = received.arguments();
        var misfits = new LinkedHashMap<String, String>();
        var arguments = new @Nullable Object[sources.size()];
        for (var n = 0; n < arguments.length; n++) {
            arguments[n] = read(sources.get(n), received, given, json, misfits);
        }
        if (!misfits.isEmpty()) {
            throw new InvalidArgumentsException(misfits);
        }
        return arguments;
    }

    private static @Nullable Object read(
            Source source, Received received, List<JsonValue> given, TypedJson json, Map<String, String> misfits) {
        if (source instanceof Source.OfEvent ofEvent) {
            return ofEvent.get().apply(received);
        }
        var argument = (Source.OfClient) source;
        try {
            return json.read(
                    argument.position() < given.size() ? given.get(argument.position()) : JsonValue.NULL,
                    argument.type());
        } catch (UnfitJsonException e) {
            e.misfits().forEach((path, misfit) -> misfits.put(below(argument.name(), path), misfit));
            return null;
        }
    }

    private static String below(String name, String path) {
        return path.isEmpty() || path.startsWith("[") ? name + path : name + "." + path;
    }
}
