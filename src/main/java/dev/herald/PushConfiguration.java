package dev.herald;

import dev.herald.push.PushServices;
import dev.herald.push.PushSettings;
import dev.herald.push.PushSettings.Texts;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/** Reads what is pushed to browsers, and to which push services. */
final class PushConfiguration {

    private static final Pattern CONTACT = Pattern.compile("(?:mailto:|https://)[^\\s\"\\\\]{1,200}");
    private static final long DAY = Duration.ofDays(1).toSeconds();
    private static final long MOST = Duration.ofDays(28).toSeconds();

    private PushConfiguration() {}

    /** @throws IllegalArgumentException when a setting cannot be, with its name */
    static PushSettings read(Config config) {
        var services =
                config.getOptionalValues("herald.push.services", String.class).orElse(PushServices.KNOWN);
        return new PushSettings(new PushServices(services), contact(config), texts(config), ttl(config));
    }

    private static String contact(Config config) {
        var contact =
                config.getOptionalValue("herald.push.contact", String.class).orElse("");
        if (!contact.isEmpty() && !CONTACT.matcher(contact).matches()) {
            throw new IllegalArgumentException(
                    "herald.push.contact is \"" + contact + "\", not such as mailto:admin@example.org");
        }
        return contact;
    }

    private static Texts texts(Config config) {
        var text = config.getOptionalValue("herald.push.text", String.class).orElse("private");
        try {
            return Texts.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("herald.push.text is none, private or all, not " + text, e);
        }
    }

    private static Duration ttl(Config config) {
        var name = "herald.push.ttl";
        try {
            var seconds = config.getOptionalValue(name, Long.class).orElse(DAY);
            if (seconds >= 0 && seconds <= MOST) {
                return Duration.ofSeconds(seconds);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " is no number of seconds", e);
        }
        throw new IllegalArgumentException(name + " is not 0 to " + MOST);
    }
}
