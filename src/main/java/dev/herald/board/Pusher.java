package dev.herald.board;

import static java.lang.System.Logger.Level.DEBUG;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.api.EventException;
import dev.herald.api.Person;
import dev.herald.api.RefusedException;
import dev.herald.boardstore.BoardStore;
import dev.herald.boardstore.PushTables;
import dev.herald.push.PushDevice;
import dev.herald.push.PushMessage;
import dev.herald.push.PushSender;
import dev.herald.push.PushSender.Outcome;
import dev.herald.push.PushServices;
import dev.herald.push.PushSettings;
import dev.herald.push.VapidKeys;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which browsers are told of what their people have missed, and telling them. Any thread may call, holding no lock: it waits for the
 * database, but not for the push services.
 */
@ApplicationScoped
public class Pusher {

    private static final System.Logger LOG = System.getLogger(Pusher.class.getName());

    /** How often it is asked whether another node has kept a device. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final int TOPIC_LENGTH = 32;

    @Inject
    BoardStore store;

    @Inject
    PushSettings settings;

    @Inject
    PushSender sender;

    private volatile @Nullable VapidKeys keys;
    private volatile boolean isAny;
    private volatile long lookedAt = System.nanoTime() - LOOK.toNanos();

    /** What browsers subscribe with; empty when nothing is pushed. */
    public Optional<String> publicKey() {
        return BoardSwitch.pushes() ? Optional.of(keys().publicKey()) : Optional.empty();
    }

    private VapidKeys keys() {
        var known = keys;
        if (known == null) {
            var made = VapidKeys.make();
            var kept = store.push().keys(new PushTables.Keys(made.publicKey(), made.privateKey()));
            known = new VapidKeys(kept.publicKey(), kept.privateKey());
            keys = known;
        }
        return known;
    }

    /** Tells somebody by this browser from now on. */
    public void keep(PushDevice device, @Nullable String language, Person person) {
        if (!BoardSwitch.pushes()) {
            throw new EventException("push-off", "this server pushes nothing");
        }
        if (!services().allow(device)) {
            throw new EventException(
                    "service-unknown", "this server sends nothing to the push service of this browser");
        }
        var words = Words.inLanguageOf(Locale.forLanguageTag(language == null ? "en" : language));
        var kept = new PushTables.Device(device.endpoint(), device.key(), device.secret(), words.getString("language"));
        if (!store.push().keep(kept, person.id(), Text.folded(person.name()))) {
            throw new EventException("too-many", "too many devices are told already");
        }
        isAny = true;
    }

    private PushServices services() {
        return settings.services();
    }

    /** Tells nobody by this browser any more. */
    public void forget(String endpoint) {
        store.push().forget(endpoint);
    }

    /** Whether anybody is told anything. */
    public boolean isNeeded() {
        var now = System.nanoTime();
        if (now - lookedAt >= LOOK.toNanos()) {
            lookedAt = now;
            isAny = store.push().isAny();
        }
        return isAny;
    }

    /** Tells somebody by all devices what was missed. */
    public void tell(String personId, Missed missed) {
        for (var device : store.push().of(personId)) {
            var words = Words.inLanguageOf(Locale.forLanguageTag(device.language()));
            var showsText = settings.shows(missed.channel() == null);
            var text = missed.json(words, showsText, Clock.systemUTC().instant());
            var known = keys();
            sender.push(
                    new PushDevice(device.endpoint(), device.key(), device.secret()),
                    new PushMessage(text, topic(known, missed.conversation()), settings.ttl()),
                    known,
                    outcome -> take(device.endpoint(), outcome));
        }
    }

    private void take(String endpoint, Outcome outcome) {
        try {
            if (outcome == Outcome.GONE) {
                store.push().forget(endpoint);
            } else if (outcome == Outcome.FAILED) {
                store.push().fails(endpoint);
            } else {
                store.push().works(endpoint);
            }
        } catch (RefusedException e) {
            LOG.log(DEBUG, "what became of a push is not written, as the store has logged", e);
        }
    }

    /** The later message of a conversation takes the place of the earlier one. The push service does not learn which conversation it is. */
    private static String topic(VapidKeys keys, String conversation) {
        try {
            var hash = MessageDigest.getInstance("SHA-256")
                    .digest((keys.privateKey() + " " + conversation).getBytes(UTF_8));
            return Base64.getUrlEncoder().encodeToString(hash).substring(0, TOPIC_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
