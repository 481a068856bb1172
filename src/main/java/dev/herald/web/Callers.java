package dev.herald.web;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.Login;
import dev.herald.concurrent.LimitedLog;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ContextService;
import jakarta.enterprise.concurrent.ManagedTask;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.security.jacc.PolicyContext;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Whom the container takes for the caller on the threads where beans are called: the person for whom they are called, if the container
 * knows that person, and otherwise nobody. Some containers pass on the caller of whoever has asked for a thread, who may be anybody.
 * Lives from deployment to undeployment. Thread-safe; nobody who calls holds a lock.
 */
@ApplicationScoped
public class Callers {

    private static final System.Logger LOG = System.getLogger(Callers.class.getName());

    /** Where the work is done, there is no transaction that would have to be set aside. */
    private static final Map<String, String> PROPERTIES =
            Map.of(ManagedTask.TRANSACTION, ManagedTask.USE_TRANSACTION_OF_EXECUTION_THREAD);

    /** The default one of the container. Without a name, as TomEE has none for it. */
    @Resource
    @Nullable
    ContextService contexts;

    private final LimitedLog log = new LimitedLog(LOG);
    private volatile Optional<ContextService> service = Optional.empty();
    private volatile Optional<Executor> nobody = Optional.empty();

    /** As many as may be at work at once without one that another thread uses, too: TomEE's do not bear that. */
    private static final int SPARE = 256;

    /** Those that no thread uses at the moment. */
    private final Queue<Executor> spare = new ConcurrentLinkedQueue<>();

    /** Remembers what it is like when there is no caller. Called while the application is deployed. */
    public void begin() {
        begin(Optional.ofNullable(contexts));
    }

    void begin(Optional<ContextService> given) {
        service = given;
        nobody = present();
        spare.clear();
        for (var n = 0; n < SPARE && nobody.isPresent(); n++) {
            present().ifPresent(spare::add);
        }
    }

    /** Lends the threads of another executor, without the caller of whoever asks for one. */
    public Executor withoutCaller(Executor threads) {
        return work -> threads.execute(() -> asNobody(work));
    }

    private void asNobody(Runnable work) {
        var own = spare.poll();
        try {
            (own == null ? nobody.orElse(Runnable::run) : own).execute(work);
        } finally {
            if (own != null) {
                spare.add(own);
            }
        }
    }

    /**
     * The same login with the caller of the present request. Called by the request's own thread, before the request is wrapped: servers
     * look for roles by the principal of the request as it was last handed on.
     */
    Login withCaller(Login login) {
        return present().map(login::calledBy).orElse(login);
    }

    private Optional<Executor> present() {
        try {
            return service.map(found -> found.createContextualProxy(inPolicyContext(), PROPERTIES, Executor.class))
                    .<Executor>map(Caller::new);
        } catch (RuntimeException e) {
            log.log(WARNING, "the container does not keep a caller: SecurityContext may have none in handlers", e);
            return Optional.empty();
        }
    }

    /** Where the container looks for the application's roles, if it does so by Jakarta Authorization. */
    private static Executor inPolicyContext() {
        try {
            var id = PolicyContext.getContextID();
            return id == null ? Runnable::run : new InPolicyContext(id);
        } catch (LinkageError e) {
            LOG.log(DEBUG, "the container has no Jakarta Authorization", e);
            return Runnable::run;
        }
    }

    /** Context services keep who the caller is, but not which application's roles count. */
    private record InPolicyContext(String id) implements Executor {

        @Override
        public void execute(Runnable work) {
            var before = PolicyContext.getContextID();
            PolicyContext.setContextID(id);
            try {
                work.run();
            } finally {
                PolicyContext.setContextID(before);
            }
        }
    }

    /**
     * Runs work as the caller.
     *
     * @param container may wrap what is thrown through it
     */
    private record Caller(Executor container) implements Executor {

        @Override
        public void execute(Runnable work) {
            var thrown = new AtomicReference<@Nullable Throwable>();
            container.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException | Error e) {
                    thrown.set(e);
                }
            });
            if (thrown.get() instanceof RuntimeException e) {
                throw e;
            } else if (thrown.get() instanceof Error e) {
                throw e;
            }
        }
    }
}
