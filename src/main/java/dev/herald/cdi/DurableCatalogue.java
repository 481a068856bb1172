package dev.herald.cdi;

import dev.herald.api.Envelope;
import dev.herald.api.Once;
import dev.herald.api.Published;
import dev.herald.hub.DurableObserver;
import dev.herald.hub.NamePattern;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.enterprise.inject.spi.ProcessObserverMethod;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The application's observer methods with {@link Once}. CDI finds them at deployment, on one thread; afterwards any thread may ask.
 */
final class DurableCatalogue {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** A channel's name, with stars. */
    private static final Pattern CHANNEL = Pattern.compile("[A-Za-z0-9_.:*-]{1,128}");

    private final Map<String, Noted> byName = new ConcurrentSkipListMap<>();

    private record Noted(ObserverMethod<?> method, Once once) {}

    /** Remembers a method; one that cannot be called so fails the deployment. */
    void add(ProcessObserverMethod<?, ?> found, ObserverMethod<?> method, Once once, @Nullable String event) {
        var problem = problemOf(method, once, event);
        if (problem != null) {
            found.addDefinitionError(new DefinitionException("the durable observer \"" + once.name() + "\" in "
                    + method.getBeanClass().getName() + " " + problem));
        }
    }

    private @Nullable String problemOf(ObserverMethod<?> method, Once once, @Nullable String event) {
        if (!Published.class.equals(method.getObservedType())) {
            return "observes " + method.getObservedType().getTypeName() + ": @Once is for observers of Published";
        }
        if (event != null) {
            return "has @On, which is for observers of Received; it gets all events of its channels";
        }
        if (method.isAsync()) {
            return "has @ObservesAsync: with @Once it is @Observes, and called on a thread of its own all the same";
        }
        if (!NAME.matcher(once.name()).matches()) {
            return "needs another name: 1 to 64 of A-Z a-z 0-9 . _ -";
        }
        if (!CHANNEL.matcher(once.channel()).matches()) {
            return "names no channel: 1 to 128 of A-Z a-z 0-9 _ . : - and * for any characters";
        }
        var other = byName.putIfAbsent(once.name(), new Noted(method, once));
        return other == null
                ? null
                : "has the name of the one in " + other.method().getBeanClass().getName()
                        + ": each needs a name of its own, as its place is kept under it";
    }

    /** The observers, each of which calls its method in a request context of its own. */
    List<DurableObserver> all(RequestContext context) {
        return byName.values().stream()
                .map(noted -> new DurableObserver(
                        noted.once().name(),
                        new NamePattern(noted.once().channel()),
                        noted.once().fromBeginning(),
                        call(noted.method(), context)))
                .toList();
    }

    @SuppressWarnings("unchecked") // only methods that observe Published are noted
    private static Consumer<Envelope> call(ObserverMethod<?> method, RequestContext context) {
        return message -> context.run(() -> ((ObserverMethod<Published>) method).notify(new Published(message)));
    }
}
