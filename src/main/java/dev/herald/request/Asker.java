package dev.herald.request;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.hub.Member;
import org.jspecify.annotations.Nullable;

/** Who asks. There is one for each connection, for as long as it lives, and one for each single HTTP request. Any thread may call. */
public final class Asker {

    private final PersonPrincipal visitor;
    private final @Nullable Connection connection;
    private final ChannelName privateChannel;
    private final Decisions decisions = new Decisions();

    private Asker(PersonPrincipal visitor, @Nullable Connection connection, ChannelName privateChannel) {
        this.visitor = visitor;
        this.connection = connection;
        this.privateChannel = privateChannel;
    }

    /** Who asks by a single HTTP request. */
    public static Asker of(PersonPrincipal visitor) {
        return new Asker(visitor, null, ChannelName.ofUser(visitor.person().id()));
    }

    /** Who asks by a connection: the same one each time. */
    static Asker of(Member member) {
        return member.companion(Asker.class, one -> new Asker(one.visitor(), one.connection(), one.privateChannel()));
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

    /** What was decided for the connection not long ago. */
    Decisions decisions() {
        return decisions;
    }

    /** The person's private channel. */
    public ChannelName privateChannel() {
        return privateChannel;
    }
}
