package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.Map;

/** Puts a new member where an earlier connection was. Reads the log, so the thread that admits the member holds no lock. */
final class Resumption {

    private final Hub hub;
    private final Member member;
    private final OwnChannels own;

    Resumption(Hub hub, Member member, OwnChannels own) {
        this.hub = hub;
        this.member = member;
        this.own = own;
    }

    /**
     * Goes on in these channels, and in those of its own that are not among them begins.
     *
     * @throws GapException when a message is missing
     */
    void goOn(Map<ChannelName, Position> places) {
        own.joined().stream()
                .filter(channel -> !places.containsKey(channel))
                .forEach(channel -> member.subscribe(channel, null, true));
        places.forEach(this::goOn);
        if (!places.containsKey(own.room())) {
            // What was sent there while the client was away is the first that is sent there at all.
            hub.beforeFirst(own.room()).ifPresent(beginning -> goOn(own.room(), beginning));
        }
    }

    private void goOn(ChannelName channel, Position since) {
        var isKept = hub.isKept(channel);
        member.subscribe(channel, isKept ? since : null, true)
                .map(Subscription::outcome)
                .filter(outcome -> isKept && !outcome.recovered() && !own.isOfEarlierLife(channel, since, outcome))
                .ifPresent(outcome -> {
                    throw new GapException(channel, outcome.reason());
                });
    }
}
