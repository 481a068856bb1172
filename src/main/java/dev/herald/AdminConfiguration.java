package dev.herald;

import dev.herald.admin.AdminSettings;
import dev.herald.admin.AdminSettings.Mode;
import dev.herald.admin.Password;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;

/** Reads how the Admin UI is served. */
final class AdminConfiguration {

    private AdminConfiguration() {}

    /**
     * Empty when no password is set, and so the Admin UI is off.
     *
     * @throws IllegalArgumentException when a setting cannot be, with its name
     */
    static Optional<AdminSettings> read(Config config, boolean readOnly) {
        return config.getOptionalValue("herald.admin.password", String.class)
                .map(password -> new AdminSettings(
                        text(config, "herald.admin.namespace", "/admin"),
                        text(config, "herald.admin.username", "admin"),
                        new Password(password),
                        readOnly,
                        Mode.of(text(config, "herald.admin.mode", "development"))));
    }

    private static String text(Config config, String name, String orElse) {
        return config.getOptionalValue(name, String.class).orElse(orElse);
    }

    /**
     * The application's namespaces with that of the Admin UI, if there is one.
     *
     * @throws IllegalArgumentException when the application has a namespace of that name
     */
    static Set<String> namespaces(Optional<AdminSettings> settings, Set<String> application) {
        var all = new HashSet<>(application);
        settings.map(AdminSettings::namespace).ifPresent(name -> {
            if (!all.add(name)) {
                throw new IllegalArgumentException("herald.admin.namespace is " + name
                        + ", which the application's observers name; choose another");
            }
        });
        return all;
    }
}
