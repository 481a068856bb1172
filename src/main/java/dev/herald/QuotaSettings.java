package dev.herald;

import dev.herald.request.QuotaLimits;
import dev.herald.request.Rate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;

/** Reads how much clients may ask for. The defaults are for the open internet, and leave room for what people do. */
final class QuotaSettings {

    private static final long MEBIBYTE = 1024 * 1024;

    /** The server itself: a proxy on the same machine, or a developer. Servers write the second one in two ways. */
    private static final List<String> LOCAL = List.of("127.0.0.1", "::1", "0:0:0:0:0:0:0:1");

    private final Config config;

    private QuotaSettings(Config config) {
        this.config = config;
    }

    /**
     * The limits; empty when there are to be none.
     *
     * @throws IllegalArgumentException when one cannot be, with its name
     */
    static Optional<QuotaLimits> read(Config config) {
        var limits = new QuotaSettings(config).limits();
        var text = config.getOptionalValue("herald.quota", String.class).orElse("on");
        return switch (text) {
            case "on" -> Optional.of(limits);
            case "off" -> Optional.empty();
            default -> throw new IllegalArgumentException("herald.quota is " + text + ", not on or off");
        };
    }

    private QuotaLimits limits() {
        return new QuotaLimits(
                new QuotaLimits.Asked(
                        rate("messages", "100/1000"),
                        rate("characters", "262144/4194304"),
                        rate("joins", "20/200"),
                        rate("pages", "10/50")),
                new QuotaLimits.Asked(
                        rate("person.messages", "200/2000"),
                        rate("person.characters", "524288/8388608"),
                        rate("person.joins", "40/1000"),
                        rate("person.pages", "20/100")),
                ofDay("person.stored", 256 * MEBIBYTE),
                new QuotaLimits.Network(
                        rate("network.guests", "10/500"),
                        rate("network.channels", "5/500"),
                        ofDay("network.stored", 1024 * MEBIBYTE)),
                proxies(config));
    }

    private Rate rate(String what, String orElse) {
        var name = "herald.quota." + what;
        return Rate.of(name, config.getOptionalValue(name, String.class).orElse(orElse));
    }

    private Rate ofDay(String what, long orElse) {
        var name = "herald.quota." + what;
        try {
            return Rate.ofDay(config.getOptionalValue(name, Long.class).orElse(orElse));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " is not a number of characters, at least 1", e);
        }
    }

    /** The addresses that stand for many clients. */
    static Set<String> proxies(Config config) {
        var listed =
                config.getOptionalValues("herald.quota.proxies", String.class).orElse(LOCAL);
        return listed.equals(List.of("none")) ? Set.of() : Set.copyOf(listed);
    }
}
