package dev.herald.journal;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Where the database is.
 *
 * @param url for JDBC; unused when there is a JNDI name
 * @param jndi of a data source that the operator has defined; {@code null} for Herald's own pool
 * @param connections in Herald's own pool, at least 2: one writes
 */
record DatabaseSettings(
        String url, String user, String password, @Nullable String jndi, int connections) {

    DatabaseSettings {
        if (connections < 2) {
            throw new IllegalArgumentException("herald.datasource.connections is " + connections + ", not 2 or more");
        }
    }

    /**
     * As configured: by environment, system properties or {@code META-INF/microprofile-config.properties}.
     *
     * @throws IllegalArgumentException when a value cannot be
     */
    static DatabaseSettings of(Config config) {
        var url = config.getOptionalValue("herald.datasource.url", String.class);
        return new DatabaseSettings(
                url.orElseGet(() -> inFile(
                        config.getOptionalValue("herald.data.dir", String.class).orElse("data"))),
                config.getOptionalValue("herald.datasource.user", String.class).orElse(url.isPresent() ? "" : "herald"),
                config.getOptionalValue("herald.datasource.password", String.class)
                        .orElse(""),
                config.getOptionalValue("herald.datasource.jndi", String.class).orElse(null),
                config.getOptionalValue("herald.datasource.connections", Integer.class)
                        .orElse(8));
    }

    /** Each commit is in the file before it is acknowledged; the file is closed by Herald, after its last message. */
    private static String inFile(String directory) {
        try {
            var file = Path.of(directory, "herald").toAbsolutePath().normalize();
            if (file.toString().indexOf(';') >= 0) {
                throw new IllegalArgumentException("herald.data.dir must not have a semicolon: " + file);
            }
            return "jdbc:h2:file:" + file + ";WRITE_DELAY=0";
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("herald.data.dir is no directory: " + directory, e);
        }
    }

    /** The database for people: without what may be a secret. */
    String name() {
        return jndi != null ? jndi : url.replaceFirst("[;?].*", "").replaceFirst("//[^/@]*@", "//");
    }

    @Override
    public String toString() {
        return name();
    }
}
