package dev.herald.hub;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** The messages of durable channels in one log, those of all others in another. Called as {@link Log} says; it adds no lock. */
public final class LogsByKind implements Log {

    private final ChannelKinds kinds;
    private final Log durable;
    private final Log memory;

    /** @param memory also answers for volatile channels, to which nothing is appended */
    public LogsByKind(ChannelKinds kinds, Log durable, Log memory) {
        this.kinds = kinds;
        this.durable = durable;
        this.memory = memory;
    }

    private Log of(ChannelName channel) {
        return kinds.of(channel) == ChannelKind.DURABLE ? durable : memory;
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        return of(draft.channel()).append(draft);
    }

    @Override
    public Replay since(ChannelName channel, Position since, int limit) {
        return of(channel).since(channel, since, limit);
    }

    @Override
    public Page before(ChannelName channel, long before, int limit) {
        return of(channel).before(channel, before, limit);
    }

    @Override
    public ChannelKind kind(ChannelName channel) {
        return of(channel).kind(channel);
    }

    @Override
    public Position head(ChannelName channel) {
        return of(channel).head(channel);
    }

    @Override
    public Map<ChannelName, Position> heads(Collection<ChannelName> channels) {
        var heads = new HashMap<ChannelName, Position>();
        channels.stream()
                .collect(Collectors.groupingBy(this::of))
                .forEach((log, itsChannels) -> heads.putAll(log.heads(itsChannels)));
        return heads;
    }
}
