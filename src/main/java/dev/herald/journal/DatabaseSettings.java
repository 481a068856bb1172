package dev.herald.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Where the database is.
 *
 * @param url for JDBC; unused when there is a JNDI name
 * @param jndi of a data source that the operator has defined; {@code null} for Herald's own pool
 * @param connections in Herald's own pool; at least 2, because one is kept for writing
 */
record DatabaseSettings(
        String url, String user, String password, @Nullable String jndi, int connections) {

    private static final String H2_FILE = "jdbc:h2:file:";
    private static final String H2_EXTENSION = ".mv.db";
    private static final String ROOT_FILE = "herald";

    DatabaseSettings {
        if (connections < 2) {
            throw new IllegalArgumentException("herald.datasource.connections is " + connections + ", not 2 or more");
        }
    }

    /**
     * As configured: by environment, system properties or {@code META-INF/microprofile-config.properties}.
     *
     * @param contextPath the application's, for which the H2 file is named; {@code null} when it is not known yet
     * @throws IllegalArgumentException when a value is invalid
     * @throws IllegalStateException when the context path is needed but not known yet
     */
    static DatabaseSettings of(Config config, @Nullable String contextPath) {
        var url = config.getOptionalValue("herald.datasource.url", String.class);
        var jndi = config.getOptionalValue("herald.datasource.jndi", String.class);
        return new DatabaseSettings(
                url.orElseGet(() -> jndi.isPresent() ? "" : inFile(config, contextPath)),
                config.getOptionalValue("herald.datasource.user", String.class).orElse(url.isPresent() ? "" : "herald"),
                config.getOptionalValue("herald.datasource.password", String.class)
                        .orElse(""),
                jndi.orElse(null),
                config.getOptionalValue("herald.datasource.connections", Integer.class)
                        .orElse(10));
    }

    /** Each commit is in the file before it is acknowledged; the file is closed by Herald, after its last message. */
    private static String inFile(Config config, @Nullable String contextPath) {
        var directory = config.getOptionalValue("herald.data.dir", String.class).orElse("data");
        if (contextPath == null) {
            throw new IllegalStateException("Herald's database is known only once its web application has started");
        }
        try {
            var file =
                    Path.of(directory, fileName(contextPath)).toAbsolutePath().normalize();
            if (file.toString().indexOf(';') >= 0) {
                throw new IllegalArgumentException("herald.data.dir must not have a semicolon: " + file);
            }
            return H2_FILE + file + ";WRITE_DELAY=0";
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("herald.data.dir is no directory: " + directory, e);
        }
    }

    /**
     * The name of the file without its extension: {@code herald} for the root application, {@code herald-shop} for one at
     * {@code /shop}. Different paths get different names, even on file systems that ignore case.
     */
    private static String fileName(String contextPath) {
        var name = new StringBuilder(ROOT_FILE);
        for (var b : contextPath.getBytes(UTF_8)) {
            var c = (char) (b & 0xff);
            if (name.length() == ROOT_FILE.length()) {
                name.append('-'); // for the slash that every path but the root's begins with
            } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "._-".indexOf(c) >= 0) {
                name.append(c);
            } else {
                name.append('%').append(HexFormat.of().toHexDigits(b));
            }
        }
        return name.toString();
    }

    /** The root application's file, if it exists and this application uses another file that does not exist yet. */
    Optional<Path> abandoned() {
        if (!url.startsWith(H2_FILE) || url.indexOf(';') < 0) {
            return Optional.empty();
        }
        var own = Path.of(url.substring(H2_FILE.length(), url.indexOf(';')) + H2_EXTENSION);
        var roots = own.resolveSibling(ROOT_FILE + H2_EXTENSION);
        var isNamedForPath = String.valueOf(own.getFileName()).startsWith(ROOT_FILE + "-");
        return isNamedForPath && !Files.exists(own) && Files.exists(roots) ? Optional.of(roots) : Optional.empty();
    }

    /** A description of the database for people, without secrets. */
    String name() {
        return jndi != null ? jndi : url.replaceFirst("[;?].*", "").replaceFirst("//[^/@]*@", "//");
    }

    @Override
    public String toString() {
        return name();
    }
}
