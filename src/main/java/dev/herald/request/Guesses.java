package dev.herald.request;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.LimitedLog;
import java.text.Normalizer;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Slows down who guesses passwords: by {@link Network}, and by name within a network. Nobody is locked out by what others do elsewhere: a
 * name that is guessed from everywhere has fewer tries left in each network, but one at least.
 *
 * <p>A try counts from its {@link #begin}, so that many at the same moment do not pass together; one that was right is given back. Any
 * thread may call, with any lock held: it only computes. The counts are this server's, and begin anew with it.
 */
public final class Guesses {

    /** How many wrong passwords of one name may come from one network at once. */
    static final int OF_ONE = 5;

    /** After that, one in so much time. */
    static final Duration PAUSE = Duration.ofMinutes(1);

    /** How many wrong passwords may come from one network at once, of all names. After that, one in each {@link #PAUSE_OF_ALL}. */
    static final int OF_ALL = 50;

    private static final Duration PAUSE_OF_ALL = Duration.ofSeconds(10);

    /** After how many wrong passwords of one name, from anywhere, a network has a single try left. One in each {@link #PAUSE} is forgotten. */
    static final int OF_NAME = 100;

    /** How many networks, names, and names within a network are remembered, each. */
    static final int MAX_REMEMBERED = 10_000;

    /** How much of a name is remembered, in characters. */
    private static final int MAX_NAME = 100;

    private static final System.Logger LOG = System.getLogger(Guesses.class.getName());

    private static final Rate RATE_OF_ONE = new Rate(1, PAUSE, OF_ONE);
    private static final Rate RATE_OF_ATTACKED = new Rate(1, PAUSE, 1);
    private static final Rate RATE_OF_NAME = new Rate(1, PAUSE, OF_NAME);
    private static final Rate RATE_OF_ALL = new Rate(1, PAUSE_OF_ALL, OF_ALL);

    private final LimitedLog log = new LimitedLog(LOG);
    private final String what;
    private final Set<String> proxies;
    private final LongSupplier nanoTime;

    // All guarded by this.
    private final Accounts networks = new Accounts(MAX_REMEMBERED);
    private final Accounts names = new Accounts(MAX_REMEMBERED);
    private final Accounts pairs = new Accounts(MAX_REMEMBERED);

    /**
     * Nobody has guessed yet.
     *
     * @param what the passwords are for, as the log says it
     * @param proxies the addresses that stand for many clients: these share the tries of one name only
     */
    public Guesses(String what, Set<String> proxies, LongSupplier nanoTime) {
        this.what = what;
        this.proxies = Set.copyOf(proxies);
        this.nanoTime = nanoTime;
    }

    /**
     * Somebody gives a password.
     *
     * @return how long to wait before it is checked; empty when it may be checked now: then {@link #right} or {@link #unchecked} follows,
     *     unless it was wrong
     */
    public Optional<Duration> begin(String address, String name) {
        var wait = beginOrWait(address, name);
        if (wait == 0) {
            return Optional.empty();
        }
        log.log(WARNING, "too many wrong passwords for " + what + " come from " + address);
        return Optional.of(Duration.ofNanos(wait));
    }

    private synchronized long beginOrWait(String address, String name) {
        var now = nanoTime.getAsLong();
        var isOne = isOne(address);
        var network = networks.of(Network.of(address), now);
        var wait = isOne ? network.wait(Measure.GUESSES, RATE_OF_ALL, 1, now) : 0;
        if (wait > 0) {
            return wait;
        }
        var all = names.of(folded(name), now);
        var isAttacked = isOne && all.wait(Measure.GUESSES, RATE_OF_NAME, 1, now) > 0;
        var pair = pairs.of(pair(address, name), now);
        wait = pair.wait(Measure.GUESSES, isAttacked ? RATE_OF_ATTACKED : RATE_OF_ONE, 1, now);
        if (wait > 0) {
            return wait;
        }
        pair.take(Measure.GUESSES, RATE_OF_ONE, 1, now);
        network.take(Measure.GUESSES, RATE_OF_ALL, 1, now);
        if (!isAttacked) {
            all.take(Measure.GUESSES, RATE_OF_NAME, 1, now);
        }
        return 0;
    }

    /** The password was right: whoever has it has guessed nothing of this name. */
    public void right(String address, String name) {
        giveBack(address, name, OF_ONE);
    }

    /** The password was not checked after all. */
    public void unchecked(String address, String name) {
        giveBack(address, name, 1);
    }

    private synchronized void giveBack(String address, String name, int tries) {
        var now = nanoTime.getAsLong();
        pairs.of(pair(address, name), now).giveBack(Measure.GUESSES, RATE_OF_ONE, tries);
        networks.of(Network.of(address), now).giveBack(Measure.GUESSES, RATE_OF_ALL, 1);
        names.of(folded(name), now).giveBack(Measure.GUESSES, RATE_OF_NAME, 1);
    }

    private boolean isOne(String address) {
        return !proxies.contains(address);
    }

    private static String pair(String address, String name) {
        return Network.of(address) + "\n" + folded(name);
    }

    /** Some servers take a name however it is written. */
    private static String folded(String name) {
        var begin = name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME);
        return Normalizer.normalize(begin, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .strip();
    }

    /** How much is remembered. */
    synchronized long remembered() {
        return networks.size() + names.size() + pairs.size();
    }
}
