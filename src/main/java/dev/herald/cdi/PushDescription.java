package dev.herald.cdi;

import dev.herald.asyncapi.EventOperation;
import dev.herald.asyncapi.EventOperation.Action;
import dev.herald.asyncapi.EventOperation.Address;
import dev.herald.asyncapi.EventOperation.Message;
import dev.herald.asyncapi.Names;
import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What the objects of a class are to clients when they are fired. Used by one thread. */
final class PushDescription {

    private static final JsonProvider JSON = JsonProvider.provider();

    private PushDescription() {}

    static EventOperation operation(PushTarget target, TypeSchemas schemas) {
        return new EventOperation(
                Action.SEND,
                address(target),
                target.event(),
                new Message(Optional.of(schemas.sent(target.type())), List.of()),
                Optional.empty(),
                "");
    }

    private static Address address(PushTarget target) {
        var text = new StringBuilder(target.isForPerson() ? "user:" : "");
        var parameters = new LinkedHashMap<String, JsonObject>();
        for (var part : target.name().parts()) {
            if (part instanceof NameTemplate.Part.Literal literal) {
                text.append(literal.text());
            } else if (part instanceof NameTemplate.Part.Component component) {
                var name = Names.plain(component.name());
                text.append('{').append(name).append('}');
                parameters.put(name, parameter(target, component));
            }
        }
        return new Address(
                text.toString(),
                parameters,
                target.isForPerson()
                        ? "The private channel of one person, in which all connections of that person are; clients call it private."
                        : "A channel: whoever has joined it gets its events.");
    }

    private static JsonObject parameter(PushTarget target, NameTemplate.Part.Component component) {
        var parameter = JSON.createObjectBuilder();
        constants(component.accessor()).ifPresent(names -> parameter.add("enum", JSON.createArrayBuilder(names)));
        if (JsonMembers.of(target.type()).containsKey(component.name())) {
            parameter.add("location", "$message.payload#/" + component.name());
        }
        return parameter.build();
    }

    private static Optional<List<String>> constants(Method accessor) {
        var type = accessor.getReturnType();
        return type.isEnum()
                ? Optional.of(Arrays.stream(Objects.requireNonNull(type.getEnumConstants()))
                        .map(constant -> ((Enum<?>) constant).name())
                        .toList())
                : Optional.empty();
    }
}
