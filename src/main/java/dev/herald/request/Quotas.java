package dev.herald.request;

import static java.lang.System.Logger.Level.INFO;

import dev.herald.api.PersonPrincipal;
import dev.herald.concurrent.LimitedLog;
import dev.herald.request.Reply.Rejected;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts what clients ask for, by connection, by person and by network, and says when it is too much. Any thread may call; nothing
 * waits, and no lock is taken. The counts are this server's, and begin anew with it.
 *
 * <p>What is asked for at the same moment by several connections of one person may pass together although the last of it is too
 * much; it is counted all the same, so the person waits longer afterwards.
 */
public final class Quotas {

    /** Nothing is limited. */
    public static final Quotas NONE = new Quotas(null, System::nanoTime);

    /** Of how many persons, and of how many networks, something is known. */
    static final int MAX_ACCOUNTS = 50_000;

    private static final System.Logger LOG = System.getLogger(Quotas.class.getName());

    private final LimitedLog log = new LimitedLog(LOG);
    private final @Nullable QuotaLimits limits;
    private final LongSupplier nanoTime;
    private final Accounts persons = new Accounts(MAX_ACCOUNTS);
    private final Accounts networks = new Accounts(MAX_ACCOUNTS);

    /**
     * Nothing is counted yet.
     *
     * @param limits {@code null} for none
     */
    public Quotas(@Nullable QuotaLimits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
    }

    /** Counts a request; empty when it is not too much. */
    Optional<Rejected> charge(Asker asker, Request request) {
        if (request instanceof Request.Publish publish) {
            return charge(asker, Measure.MESSAGES, publish.json().length(), true);
        } else if (request instanceof Request.Tell tell) {
            return charge(asker, Measure.MESSAGES, tell.json().length(), true);
        } else if (request instanceof Request.ToApplication message) {
            return charge(asker, Measure.MESSAGES, message.json().length(), false);
        } else if (request instanceof Request.ChangeDocument change) {
            return charge(
                    asker, Measure.MESSAGES, change.change().json().toString().length(), true);
        } else if (request instanceof Request.PresentInDocument present) {
            return charge(asker, Measure.MESSAGES, present.state().length(), false);
        } else if (request instanceof Request.Join || request instanceof Request.Open) {
            return charge(asker, Measure.JOINS, 0, false);
        } else if (request instanceof Request.History
                || request instanceof Request.Presence
                || request instanceof Request.ReadDocument
                || request instanceof Request.PeopleInDocument) {
            return charge(asker, Measure.PAGES, 0, false);
        }
        return charge(asker, Measure.MESSAGES, 0, false);
    }

    /** Counts what is no valid request. */
    Optional<Rejected> charge(Asker asker, RawRequest invalid) {
        return charge(asker, Measure.MESSAGES, invalid.json().length(), false);
    }

    /** Nothing is counted of what is too much. */
    private Optional<Rejected> charge(Asker asker, Measure what, long characters, boolean isStored) {
        if (limits == null) {
            return Optional.empty();
        }
        var now = nanoTime.getAsLong();
        var connection = asker.account(now);
        var person = persons.of(asker.person().id(), now);
        var network = isStored && !isSignedIn(asker) && isCounted(asker) ? networks.of(asker.network(), now) : null;
        var stored = isStored ? characters : 0;

        var refusal = connection == null ? null : check(asker, connection, limits.connection(), what, characters, now);
        refusal = refusal != null ? refusal : check(asker, person, limits.person(), what, characters, now);
        refusal =
                refusal != null ? refusal : check(asker, person, Measure.STORED, limits.storedOfPerson(), stored, now);
        if (refusal == null && network != null) {
            refusal = check(asker, network, Measure.STORED, limits.network().stored(), stored, now);
        }
        if (refusal != null) {
            return Optional.of(refusal);
        }
        if (connection != null) {
            take(connection, limits.connection(), what, characters, now);
        }
        take(person, limits.person(), what, characters, now);
        person.take(Measure.STORED, limits.storedOfPerson(), stored, now);
        if (network != null) {
            network.take(Measure.STORED, limits.network().stored(), stored, now);
        }
        return Optional.empty();
    }

    private @Nullable Rejected check(
            Asker asker, Account account, QuotaLimits.Asked asked, Measure what, long characters, long now) {
        var refusal = check(asker, account, what, asked.of(what), 1, now);
        return refusal != null
                ? refusal
                : check(asker, account, Measure.CHARACTERS, asked.characters(), characters, now);
    }

    private @Nullable Rejected check(Asker asker, Account account, Measure measure, Rate rate, long tokens, long now) {
        var wait = tokens == 0 ? 0 : account.wait(measure, rate, tokens, now);
        return wait == 0 ? null : refusal(asker.visitor(), measure, rate, wait);
    }

    private static void take(Account account, QuotaLimits.Asked asked, Measure what, long characters, long now) {
        account.take(what, asked.of(what), 1, now);
        account.take(Measure.CHARACTERS, asked.characters(), characters, now);
    }

    /**
     * Whether a message may be the first of its channel. Nothing is counted.
     *
     * @param isNew looks into the log; asked only if too many new channels came from this network
     */
    Optional<Rejected> checkChannel(Asker asker, BooleanSupplier isNew) {
        if (limits == null || !isCounted(asker)) {
            return Optional.empty();
        }
        var now = nanoTime.getAsLong();
        var rate = limits.network().channels();
        var wait = networks.of(asker.network(), now).wait(Measure.CHANNELS, rate, 1, now);
        return wait == 0 || !isNew.getAsBoolean()
                ? Optional.empty()
                : Optional.of(refusal(asker.visitor(), Measure.CHANNELS, rate, wait));
    }

    /** Counts a channel that was new: somebody has written its first message. */
    void chargeChannel(Asker asker) {
        if (limits != null && isCounted(asker)) {
            var now = nanoTime.getAsLong();
            networks.of(asker.network(), now)
                    .take(Measure.CHANNELS, limits.network().channels(), 1, now);
        }
    }

    /**
     * Counts somebody who opens a connection, or asks by a single request, if this is a guest whom this server does not know yet.
     *
     * @return empty when it is not too much
     */
    public Optional<Rejected> chargeGuest(PersonPrincipal visitor) {
        if (limits == null || visitor.isInRole(PersonPrincipal.SIGNED_IN) || persons.has(visitor.getName())) {
            return Optional.empty();
        }
        var now = nanoTime.getAsLong();
        if (isCounted(visitor.address())) {
            var network = networks.of(Network.of(visitor.address()), now);
            var rate = limits.network().guests();
            var wait = network.wait(Measure.GUESTS, rate, 1, now);
            if (wait > 0) {
                return Optional.of(refusal(visitor, Measure.GUESTS, rate, wait));
            }
            network.take(Measure.GUESTS, rate, 1, now);
        }
        persons.of(visitor.getName(), now);
        return Optional.empty();
    }

    private static boolean isSignedIn(Asker asker) {
        return asker.visitor().isInRole(PersonPrincipal.SIGNED_IN);
    }

    private boolean isCounted(Asker asker) {
        return isCounted(asker.visitor().address());
    }

    private boolean isCounted(String address) {
        return limits != null && !address.isEmpty() && !limits.proxies().contains(address);
    }

    private Rejected refusal(PersonPrincipal who, Measure measure, Rate rate, long wait) {
        log.log(
                INFO,
                () -> who.getName() + " at " + who.address() + " is held to " + rate.words(measure)
                        + "; herald.quota says how much there may be");
        return Rejected.ofRate("there may be " + rate.words(measure) + "; wait", Duration.ofNanos(wait));
    }
}
