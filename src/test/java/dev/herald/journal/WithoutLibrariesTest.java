package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an application does without that names a data source of the server's: HikariCP, H2 and the driver of PostgreSQL. */
class WithoutLibrariesTest {

    private static final List<String> DRIVERS = List.of("org.h2.", "org.postgresql.");
    private static final List<String> MISSING = List.of("com.zaxxer.", "org.h2.", "org.postgresql.");

    /** Loads Herald's classes itself, and hides what is missing. */
    private static final class Loader extends URLClassLoader {

        private final List<String> missing;

        Loader() {
            this(MISSING);
        }

        Loader(List<String> missing) {
            super(new URL[] {location()}, WithoutLibrariesTest.class.getClassLoader());
            this.missing = missing;
        }

        private static URL location() {
            return HeraldDataSource.class.getProtectionDomain().getCodeSource().getLocation();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (missing.stream().anyMatch(name::startsWith)) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("dev.herald.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                var loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }

    @Test
    void whatServersLookAtAndWhatTheLogUsesIsThere() throws Exception {
        try (var loader = new Loader()) {
            for (var type : List.of("HeraldDataSource", "LogDatabase", "JdbcLog", "H2File", "Schema", "Durability")) {
                var loaded = Class.forName("dev.herald.journal." + type, true, loader);
                assertThat(loaded.getClassLoader()).isSameAs(loader);
                // As servers do that set the properties of a data source.
                assertThat(loaded.getDeclaredMethods()).isNotEmpty();
            }
            var bound = Class.forName("dev.herald.journal.HeraldDataSource", true, loader)
                    .asSubclass(DataSource.class)
                    .getConstructor()
                    .newInstance();
            assertThat(bound.getLoginTimeout()).isZero();
        }
    }

    @Test
    void onlyThePoolIsMissing() throws IOException {
        try (var loader = new Loader()) {
            assertThatThrownBy(() -> Class.forName("dev.herald.journal.ConnectionPool", true, loader)
                            .getDeclaredMethods())
                    .isInstanceOf(NoClassDefFoundError.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:h2:mem:none, com.h2database:h2",
        "jdbc:postgresql://127.0.0.1/none, org.postgresql:postgresql",
    })
    void whoHasNoDriverIsToldWhichLibraryToAdd(String url, String library) throws Exception {
        try (var loader = new Loader(DRIVERS)) {
            var settings = loader.loadClass("dev.herald.journal.DatabaseSettings")
                    .getDeclaredConstructor(String.class, String.class, String.class, String.class, int.class);
            settings.setAccessible(true);
            var pool = loader.loadClass("dev.herald.journal.ConnectionPool")
                    .getDeclaredMethod("open", settings.getDeclaringClass());
            pool.setAccessible(true);
            var given = settings.newInstance(url, "", "", null, 2);

            assertThatThrownBy(() -> pool.invoke(null, given))
                    .cause()
                    .isInstanceOf(SQLException.class)
                    .hasNoCause()
                    .hasMessageContaining("add " + library + " to the application")
                    .hasMessageContaining("herald.datasource.jndi");
        }
    }
}
