package dev.herald.cluster;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * How a node finds the others.
 *
 * @param mode whether there may be others
 * @param name of the cluster on the bus; empty for one that only nodes with one database have
 * @param redis the address of the Redis or Valkey that is the bus; empty for PostgreSQL itself
 * @param url where the other nodes reach this one, with the context path; empty to find it out
 * @param busUrl where the bus connects to PostgreSQL by JDBC; empty for the log's own address
 */
public record ClusterSettings(
        Mode mode, Optional<ClusterName> name, Optional<URI> redis, Optional<URI> url, Optional<String> busUrl) {

    private static final String POSTGRES = "jdbc:postgresql:";

    /** Whether there may be other nodes. */
    public enum Mode {
        /** When the log is in a PostgreSQL that {@code herald.datasource.url} names. */
        AUTO,
        ON,
        OFF
    }

    /**
     * Reads the settings.
     *
     * @param setting gives a setting by its name
     * @throws IllegalArgumentException when one cannot be, with its name
     */
    public static ClusterSettings of(Function<String, Optional<String>> setting) {
        return new ClusterSettings(
                mode(setting.apply("herald.cluster").orElse("auto")),
                setting.apply("herald.cluster.name").map(ClusterSettings::name),
                setting.apply("herald.cluster.redis").map(text -> uri("herald.cluster.redis", text, "redis", "rediss")),
                setting.apply("herald.cluster.url").map(text -> uri("herald.cluster.url", text, "http", "https")),
                setting.apply("herald.cluster.bus.url").map(ClusterSettings::postgres));
    }

    private static ClusterName name(String text) {
        try {
            return new ClusterName(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("herald.cluster.name is not 1 to 40 of A-Z a-z 0-9 _ -", e);
        }
    }

    private static Mode mode(String text) {
        return switch (text) {
            case "auto" -> Mode.AUTO;
            case "on" -> Mode.ON;
            case "off" -> Mode.OFF;
            default -> throw new IllegalArgumentException("herald.cluster is " + text + ", not auto, on or off");
        };
    }

    private static URI uri(String name, String text, String scheme, String secureScheme) {
        try {
            var uri = URI.create(text);
            var itsScheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (uri.getHost() != null && (itsScheme.equals(scheme) || itsScheme.equals(secureScheme))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " is no address: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(name + " is not " + scheme + "://host… or " + secureScheme + "://host…");
    }

    private static String postgres(String url) {
        if (!url.startsWith(POSTGRES)) {
            throw new IllegalArgumentException("herald.cluster.bus.url is not " + POSTGRES + "…");
        }
        return url;
    }

    /**
     * Whether a node whose log is at this address may have others.
     *
     * @param logUrl of JDBC; empty for a data source of the server's, or the default database
     * @throws IllegalArgumentException when there are to be others, but the address is none of PostgreSQL
     */
    public boolean isOn(Optional<String> logUrl) {
        if (mode == Mode.ON && logUrl.isPresent() && !logUrl.get().startsWith(POSTGRES)) {
            throw new IllegalArgumentException(
                    "herald.cluster=on needs a log in PostgreSQL, and herald.datasource.url is none");
        }
        return switch (mode) {
            case OFF -> false;
            case ON -> true;
            case AUTO -> logUrl.filter(url -> url.startsWith(POSTGRES)).isPresent();
        };
    }
}
