package dev.herald.web;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.Login;
import dev.herald.testing.QuietLog;
import jakarta.enterprise.concurrent.ContextService;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class CallersTest {

    private final Callers callers = new Callers();
    private String caller = "";
    private boolean isBroken;

    /** Keeps the caller as containers do, and wraps what is thrown, as some do. */
    private ContextService contexts() {
        return (ContextService) Proxy.newProxyInstance(
                ContextService.class.getClassLoader(),
                new Class<?>[] {ContextService.class},
                (self, method, arguments) -> {
                    if (isBroken) {
                        throw new IllegalStateException("no contexts here");
                    }
                    var kept = caller;
                    var executor = (Executor) arguments[0];
                    return (Executor) work -> as(kept, () -> executor.execute(work));
                });
    }

    private void as(String other, Runnable work) {
        var before = caller;
        caller = other;
        try {
            work.run();
        } catch (RuntimeException e) {
            throw new IllegalStateException(new InvocationTargetException(e));
        } finally {
            caller = before;
        }
    }

    @Test
    void callBeansForAPersonAsThatPersonWhoeverHasAskedForTheThread() {
        callers.begin(Optional.of(contexts()));
        caller = "ann";
        var ann = callers.withCaller(Login.LASTING);
        caller = "bob";
        var seen = new ArrayList<String>();

        callers.withoutCaller(Runnable::run).execute(() -> {
            seen.add(caller);
            ann.asCaller().execute(() -> seen.add(caller));
            Login.LASTING.asCaller().execute(() -> seen.add(caller));
        });

        assertThat(seen).isEqualTo(List.of("", "ann", ""));
        assertThat(caller).isEqualTo("bob");
    }

    /** TomEE's contexts forget where they came from when one is entered again before it is left. */
    @Test
    void useNoContextForTwoWorksAtOnce() {
        var inUse = Collections.newSetFromMap(new IdentityHashMap<Object, Boolean>());
        var shared = new ArrayList<Object>();
        callers.begin(Optional.of((ContextService) Proxy.newProxyInstance(
                ContextService.class.getClassLoader(), new Class<?>[] {ContextService.class}, (self, method, given) -> {
                    var context = new Object();
                    return (Executor) work -> {
                        if (!inUse.add(context)) {
                            shared.add(context);
                        }
                        ((Executor) given[0]).execute(work);
                        inUse.remove(context);
                    };
                })));
        var withoutCaller = callers.withoutCaller(Runnable::run);

        withoutCaller.execute(() -> withoutCaller.execute(() -> withoutCaller.execute(() -> {})));

        assertThat(shared).isEmpty();
    }

    @Test
    void letThroughWhatBeansThrow() {
        callers.begin(Optional.of(contexts()));
        var login = callers.withCaller(Login.LASTING);
        var thrown = new SecurityException("not you");

        assertThatThrownBy(() -> login.asCaller().execute(() -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThatThrownBy(() -> login.asCaller().execute(() -> {
                    throw new AssertionError("wrong");
                }))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void doWithoutWhereTheContainerKeepsNone() {
        callers.begin(Optional.empty());
        var seen = new ArrayList<String>();

        assertThat(callers.withCaller(Login.LASTING)).isEqualTo(Login.LASTING);
        callers.withoutCaller(Runnable::run).execute(() -> seen.add("done"));
        assertThat(seen).containsExactly("done");
    }

    @Test
    void tellTheOperatorWhenTheContainerFailsToKeepOne() {
        isBroken = true;
        QuietLog.expect(WARNING, "the container does not keep a caller", "no contexts here");

        callers.begin(Optional.of(contexts()));

        assertThat(callers.withCaller(Login.LASTING)).isEqualTo(Login.LASTING);
    }
}
