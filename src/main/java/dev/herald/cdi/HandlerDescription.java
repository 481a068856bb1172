package dev.herald.cdi;

import dev.herald.api.PersonPrincipal;
import dev.herald.api.Received;
import dev.herald.asyncapi.AsyncApi;
import dev.herald.asyncapi.EventOperation;
import dev.herald.asyncapi.EventOperation.Action;
import dev.herald.asyncapi.EventOperation.Message;
import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a handler takes and answers. Used by one thread. */
record HandlerDescription(HandlerMethod handler, TypeSchemas schemas) {

    private static final JsonProvider JSON = JsonProvider.provider();

    /** An answer that can be anything, but is no error. */
    private static final JsonObject NO_ERROR = JSON.createObjectBuilder()
            .add("not", JSON.createObjectBuilder().add("$ref", "#/components/schemas/" + AsyncApi.ERROR))
            .build();

    EventOperation operation() {
        return new EventOperation(
                Action.RECEIVE,
                NamespaceAddress.of(handler.namespace()),
                handler.event(),
                taken(),
                Optional.of(new Message(answered(), List.of())),
                RoleRule.of(handler.method(), handler.beanClass())
                        .map(HandlerDescription::sentence)
                        .orElse(""));
    }

    private static String sentence(RoleRule rule) {
        return rule.roles().isEmpty()
                ? "Nobody may send it."
                : "Only for those in one of the roles: "
                        + String.join(
                                ", ",
                                rule.roles().stream()
                                        .map(role -> role.equals(RoleRule.ANY_USER) ? PersonPrincipal.SIGNED_IN : role)
                                        .sorted()
                                        .toList())
                        + ".";
    }

    private Message taken() {
        var parameters = Arrays.stream(handler.method().getParameters())
                .filter(TypedArguments::isOfClient)
                .toList();
        var names = parameters.stream().allMatch(Parameter::isNamePresent)
                ? parameters.stream().map(Parameter::getName).toList()
                : List.<String>of();
        return new Message(payload(parameters), names);
    }

    private Optional<JsonObject> payload(List<Parameter> parameters) {
        var arguments = parameters.stream()
                .map(one -> schemas.argument(one.getAnnotatedType(), one.getAnnotations()))
                .toList();
        return arguments.size() < 2
                ? arguments.stream().findFirst()
                : Optional.of(JSON.createObjectBuilder()
                        .add("type", "array")
                        .add("items", JSON.createArrayBuilder(arguments))
                        .add("minItems", needed(parameters))
                        .build());
    }

    /** How many arguments there are up to the last one that may not be left out. */
    private static int needed(List<Parameter> parameters) {
        var needed = parameters.size();
        while (needed > 0
                && TypeSchemas.mayBeLeftOut(
                        parameters.get(needed - 1).getAnnotatedType(),
                        parameters.get(needed - 1).getAnnotations())) {
            needed--;
        }
        return needed;
    }

    private Optional<JsonObject> answered() {
        var method = handler.method();
        var schema = schemas.answer(method.getAnnotatedReturnType(), method.getAnnotations());
        var mayAnswerItself = Arrays.stream(method.getParameterTypes()).anyMatch(type -> type == Received.class);
        var isAnything = schema.map(JsonObject::isEmpty).orElse(mayAnswerItself);
        return isAnything ? Optional.of(NO_ERROR) : schema;
    }
}
