package dev.herald.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.hub.Bus;
import dev.herald.testing.RealTimer;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The buses there are, and that none needs the library of another one. */
class BusesTest {

    private static final String POSTGRES = "jdbc:postgresql://db.example/herald?password=secret";
    private static final Supplier<Optional<ClusterName>> CLUSTER = Optional::empty;
    private static final URI REDIS = URI.create("redis://:secret@redis.example:6379");

    /** An application that has the cluster's classes and lacks a library. */
    private static final class Application extends ClassLoader {

        private final String missing;

        Application(String missing) {
            super(BusesTest.class.getClassLoader());
            this.missing = missing;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith(missing)) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("dev.herald.cluster.") || findLoadedClass(name) != null) {
                return super.loadClass(name, resolve);
            }
            try (var file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                var bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        Bus postgres() throws Throwable {
            return call(
                    new Class<?>[] {
                        String.class,
                        String.class,
                        String.class,
                        Supplier.class,
                        Executor.class,
                        ScheduledExecutorService.class
                    },
                    "postgres",
                    POSTGRES,
                    "",
                    "",
                    CLUSTER,
                    (Executor) Runnable::run,
                    RealTimer.SHARED);
        }

        Bus redis() throws Throwable {
            return call(
                    new Class<?>[] {URI.class, Supplier.class, Executor.class, ScheduledExecutorService.class},
                    "redis",
                    REDIS,
                    CLUSTER,
                    (Executor) Runnable::run,
                    RealTimer.SHARED);
        }

        private Bus call(Class<?>[] types, String method, Object... arguments) throws Throwable {
            try {
                var buses = loadClass("dev.herald.cluster.Buses", true);
                assertThat(buses.getClassLoader()).isSameAs(this);
                return (Bus) buses.getMethod(method, types).invoke(null, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    @Test
    void redisNeedsNoDriverOfPostgres() throws Throwable {
        var application = new Application("org.postgresql.");

        assertThat(application.redis()).hasToString("Redis at redis.example:6379");
        assertThatThrownBy(application::postgres)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("add org.postgresql:postgresql");
    }

    @Test
    void postgresNeedsNoClientOfRedis() throws Throwable {
        var application = new Application("redis.clients.");

        assertThat(application.postgres()).hasToString("PostgreSQL at db.example/herald");
        assertThatThrownBy(application::redis)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("add redis.clients:jedis");
    }

    @Test
    void aNodeThatIsAloneTellsNobody() {
        var bus = Bus.none();

        bus.start(new BusDiary());
        bus.listen("news");
        bus.tell("news", "x".repeat(1_000_000));
        bus.ignore("news");
        bus.close();

        assertThat(bus.state()).isEqualTo(new Bus.State(true, 0, 0, 0, 0));
    }
}
