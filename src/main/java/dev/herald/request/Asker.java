package dev.herald.request;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.hub.Member;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Who asks. There is one for each connection, for as long as it lives, and one for each single HTTP request. Any thread may
 * call, with any lock held: it only computes.
 */
public final class Asker {

    private final PersonPrincipal visitor;
    private final @Nullable Connection connection;
    private final ChannelName privateChannel;
    private final String network;
    private final Decisions decisions = new Decisions();
    private final AtomicReference<@Nullable Account> account = new AtomicReference<>();

    private Asker(PersonPrincipal visitor, @Nullable Connection connection, ChannelName privateChannel) {
        this.visitor = visitor;
        this.connection = connection;
        this.privateChannel = privateChannel;
        this.network = Network.of(visitor.address());
    }

    /** Who asks by a single HTTP request. */
    public static Asker of(PersonPrincipal visitor) {
        return new Asker(visitor, null, ChannelName.ofUser(visitor.person().id()));
    }

    /** Who asks by a connection: the same one each time. */
    static Asker of(Member member) {
        return member.companion(
                Asker.class, one -> new Asker(one.connection().principal(), one.connection(), one.privateChannel()));
    }

    /** Who the person is, with its roles and its address. */
    public PersonPrincipal visitor() {
        return connection == null ? visitor : connection.principal();
    }

    /** The person who asks. */
    public Person person() {
        return visitor.person();
    }

    /** The connection by which the person asks; {@code null} for a single HTTP request. */
    public @Nullable Connection connection() {
        return connection;
    }

    /** Under which key the address is counted. */
    String network() {
        return network;
    }

    /** What the connection has asked for lately; {@code null} for a single HTTP request. */
    @Nullable
    Account account(long now) {
        if (connection == null) {
            return null;
        }
        var there = account.get();
        return there != null ? there : account.updateAndGet(one -> one != null ? one : new Account(now));
    }

    /** What was decided for the connection not long ago. */
    Decisions decisions() {
        return decisions;
    }

    /** The person's private channel. */
    public ChannelName privateChannel() {
        return privateChannel;
    }
}
