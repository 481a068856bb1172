package dev.herald.cdi;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.Namespace;
import dev.herald.api.On;
import dev.herald.api.Received;
import dev.herald.concurrent.LimitedLog;
import jakarta.enterprise.event.Reception;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.enterprise.inject.spi.ObserverMethod;
import java.lang.annotation.Annotation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls a handler's method, and acknowledges with what it returns or throws. To CDI it is an observer of its event, the last one: so it is
 * called where observers are called, on the container's threads, the events of one connection one at a time, and holds nothing.
 */
final class Handler implements ObserverMethod<Received> {

    private static final System.Logger LOG = System.getLogger(Handler.class.getName());

    /** As much of an exception's message as a line of the log shows, in characters. */
    private static final int MAX_SHOWN = 500;

    private final LimitedLog log = new LimitedLog(LOG);
    private final HandlerMethod method;
    private final TypedArguments arguments;
    private final HandlerBean bean;
    private final Supplier<TypedJson> json;
    private final Supplier<ConstraintCheck> constraints;
    private final boolean returnsNothing;

    /** Its suppliers are asked with each event, which is after the start. */
    Handler(HandlerMethod method, HandlerBean bean, Supplier<TypedJson> json, Supplier<ConstraintCheck> constraints) {
        this.method = method;
        this.arguments = TypedArguments.of(method.method());
        this.bean = bean;
        this.json = json;
        this.constraints = constraints;
        this.returnsNothing = isNothing(method.method().getGenericReturnType());
        method.method().setAccessible(true);
    }

    private static boolean isNothing(Type type) {
        return type == void.class
                || type == Void.class
                || (type instanceof ParameterizedType generic
                        && generic.getRawType() instanceof Class<?> raw
                        && CompletionStage.class.isAssignableFrom(raw)
                        && isNothing(generic.getActualTypeArguments()[0]));
    }

    /** What it handles. */
    HandlerMethod method() {
        return method;
    }

    @Override
    @SuppressWarnings("CatchingUnchecked") // whatever the application throws ends here
    public void notify(Received received) {
        try {
            var given = arguments.read(received, json.get());
            var result = bean.use(instance -> {
                constraints.get().require(instance, method.method(), given);
                return method.method().invoke(instance, given);
            });
            if (result instanceof CompletionStage<?> stage) {
                var unused = stage.whenComplete((value, failure) -> complete(received, value, failure));
            } else {
                acknowledge(received, result);
            }
        } catch (Exception | Error e) {
            fail(received, e);
        }
    }

    /** On the thread that completes the stage, which would lose what is thrown here. */
    private void complete(Received received, @Nullable Object value, @Nullable Throwable failure) {
        if (failure != null) {
            fail(received, failure);
            return;
        }
        try {
            acknowledge(received, value);
        } catch (RuntimeException | Error e) {
            fail(received, e);
        }
    }

    private void acknowledge(Received received, @Nullable Object result) {
        var text = returnsNothing ? json.get().arguments() : json.get().arguments(result);
        var unused = received.answer().give(text);
    }

    private void fail(Received received, Throwable thrown) {
        var failure = HandlerFailure.of(thrown, constraints.get());
        if (failure.isOurs()) {
            log.log(ERROR, () -> sentence(received, failure.cause()));
        }
        LOG.log(
                DEBUG,
                () -> "connection " + received.connection().id() + " is answered "
                        + failure.answer().code() + " to " + received.event(),
                failure.cause());
        var unused = received.answer().give(failure.answer().json());
    }

    private String sentence(Received received, Throwable cause) {
        return "the handler " + method.label() + " threw " + shown(cause) + rootOf(cause) + "; connection "
                + received.connection().id() + " is told server-error, and the log has the stack trace at DEBUG";
    }

    private static String rootOf(Throwable cause) {
        var root = cause;
        for (var n = 0; root.getCause() != null && n < HandlerFailure.MAX_CAUSES; n++) {
            root = root.getCause();
        }
        return root == cause ? "" : ", caused by " + shown(root);
    }

    private static String shown(Throwable thrown) {
        return Sentences.line(String.valueOf(thrown), MAX_SHOWN);
    }

    @Override
    public Class<?> getBeanClass() {
        return method.beanClass();
    }

    @Override
    public Type getObservedType() {
        return Received.class;
    }

    @Override
    public Set<Annotation> getObservedQualifiers() {
        return Set.of(new On.Literal(method.event()), new Namespace.Literal(method.namespace()));
    }

    @Override
    public Reception getReception() {
        return Reception.ALWAYS;
    }

    @Override
    public TransactionPhase getTransactionPhase() {
        return TransactionPhase.IN_PROGRESS;
    }

    /** After all observers. */
    @Override
    public int getPriority() {
        return Integer.MAX_VALUE;
    }
}
