package dev.herald.cdi;

import dev.herald.api.DocumentChange;
import dev.herald.api.DocumentSource;
import dev.herald.api.DocumentValidator;
import dev.herald.api.EventException;
import dev.herald.api.Person;
import dev.herald.document.ChangeException;
import dev.herald.document.DocumentRules;
import dev.herald.document.DocumentState;
import dev.herald.json.JsonGuard;
import dev.herald.request.ErrorCode;
import dev.herald.request.RejectedException;
import dev.herald.request.Reply;
import jakarta.json.JsonValue;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the application's beans about shared documents, each time in a request context of its own. Called by any thread that holds no lock
 * and has no caller, as the beans may wait.
 */
final class BeanRules implements DocumentRules {

    private static final System.Logger LOG = System.getLogger(BeanRules.class.getName());

    private final BeanFailures failures = new BeanFailures(LOG);
    private final @Nullable DocumentValidator validator;
    private final @Nullable DocumentSource source;
    private final RequestContext context;

    /**
     * Those of an application.
     *
     * @param validator {@code null} when it has none: then every change may be made
     * @param source {@code null} when it has none: then every document begins empty
     */
    BeanRules(@Nullable DocumentValidator validator, @Nullable DocumentSource source, RequestContext context) {
        this.validator = validator;
        this.source = source;
        this.context = context;
    }

    @Override
    public JsonValue check(String name, @Nullable Person by, DocumentState before, JsonValue after) {
        var bean = validator;
        if (bean == null) {
            return after;
        }
        var change = new DocumentChange(name, before.version(), by, before.value(), after);
        return ask(bean, "document " + name + " is not changed", () -> {
            var wanted = Objects.requireNonNull(bean.validate(change), "it has returned null");
            return wanted.equals(after) ? after : harmless(wanted);
        });
    }

    @Override
    public Optional<JsonValue> source(String name) {
        var bean = source;
        return bean == null
                ? Optional.empty()
                : ask(
                        bean,
                        "document " + name + " is not opened",
                        () -> Objects.requireNonNull(bean.create(name), "it has returned null")
                                .map(BeanRules::harmless));
    }

    private static JsonValue harmless(JsonValue value) {
        JsonGuard.requireHarmless(value.toString());
        return value;
    }

    private <T> T ask(Object bean, String outcome, Supplier<T> question) {
        var answer = new AtomicReference<@Nullable T>();
        try {
            context.run(() -> answer.set(question.get()));
        } catch (RuntimeException | Error e) {
            var cause = HandlerFailure.unwrapped(e);
            if (cause instanceof EventException refusal) {
                throw ChangeException.refused(
                        refusal.code(),
                        Sentences.cut(String.valueOf(refusal.getMessage()), EventException.MAX_SENTENCE));
            }
            failures.log(bean.getClass(), outcome, cause);
            throw new RejectedException(ErrorCode.APPLICATION_ERROR, Reply.Rejected.MISTAKE);
        }
        return Objects.requireNonNull(answer.get(), "every question has an answer");
    }
}
