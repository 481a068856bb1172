package dev.herald.cdi;

import dev.herald.api.Connection;
import dev.herald.api.Namespace;
import dev.herald.api.OnEvent;
import dev.herald.hub.EventName;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.enterprise.inject.Produces;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A method that handles an event.
 *
 * @param beanClass of the bean that has it, perhaps by inheritance
 * @param namespace whose events it handles; {@link Namespace#ALL} for those of all
 * @param event the event's name
 */
record HandlerMethod(Class<?> beanClass, Method method, String namespace, String event) {

    /**
     * As its annotations say.
     *
     * @param namespace its own one; {@code null} for that of its class, or else the main one
     */
    static HandlerMethod of(Class<?> beanClass, Method method, OnEvent annotation, @Nullable Namespace namespace) {
        var named = namespace == null ? beanClass.getAnnotation(Namespace.class) : namespace;
        return new HandlerMethod(
                beanClass, method, named == null ? Connection.MAIN : named.value(), annotation.value());
    }

    /** Its name for people. */
    String label() {
        return beanClass.getName() + "." + method.getName();
    }

    /** Whether there are events that both handle. */
    boolean meets(HandlerMethod other) {
        return event.equals(other.event)
                && (namespace.equals(other.namespace)
                        || namespace.equals(Namespace.ALL)
                        || other.namespace.equals(Namespace.ALL));
    }

    /** Why it can never be called, or not with what clients send, in one line; empty when it can. */
    Optional<String> problem() {
        return access().or(this::name)
                .or(this::role)
                .or(this::parameters)
                .or(this::answer)
                .map(problem -> label() + ", the handler of the event \"" + event + "\", " + problem);
    }

    private Optional<String> access() {
        var modifiers = method.getModifiers();
        if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers)) {
            return Optional.of("must be neither private nor static");
        }
        return method.getTypeParameters().length > 0 ? Optional.of("must not be generic") : Optional.empty();
    }

    private Optional<String> name() {
        if (!namespace.equals(Namespace.ALL) && !namespace.startsWith("/")) {
            return Optional.of(
                    "is never called: the name of a namespace begins with /, and \"" + namespace + "\" does not");
        }
        return EventName.canCome(namespace, event)
                ? Optional.empty()
                : Optional.of("is never called: no such event can come to it in the namespace " + namespace
                        + ", as the name is Herald's or Socket.IO's own, or none that a client can send");
    }

    private Optional<String> role() {
        var observes = Arrays.stream(method.getParameters())
                .anyMatch(parameter -> parameter.isAnnotationPresent(Observes.class)
                        || parameter.isAnnotationPresent(ObservesAsync.class));
        return observes || method.isAnnotationPresent(Produces.class)
                ? Optional.of("cannot be an observer or a producer as well")
                : Optional.empty();
    }

    private Optional<String> parameters() {
        var types = method.getGenericParameterTypes();
        for (var n = 0; n < types.length; n++) {
            var parameter = method.getParameters()[n];
            if (TypedArguments.isOfClient(parameter)) {
                var reason = HandlerTypes.whyUnreadable(types[n]);
                if (reason.isPresent()) {
                    return reason.map(why ->
                            "has the parameter " + parameter.getName() + ", which cannot be read from JSON: " + why);
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> answer() {
        return HandlerTypes.whyNoAnswer(method.getGenericReturnType())
                .map(why -> "returns what is no answer to a client: " + why);
    }
}
