package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A page of a channel's past.
 *
 * @param messages the newest first; none when no older ones are kept
 * @param head the position of the last message in the channel at the time of the answer
 */
public record HistoryPage(ChannelName channel, List<Envelope> messages, Position head) {

    /** How many messages a page has if its reader does not say. */
    public static final int DEFAULT_LIMIT = 50;

    /** The most messages of a page. */
    public static final int MAX_LIMIT = 1_000;

    /** How much text a page has at the most, in characters, unless its first message has more. */
    static final int MAX_SIZE = 512 * 1024;

    /** How many messages are read from the log at a time. */
    static final int STEP = 128;

    /** The most messages that are looked at for one page: some are not for its reader. */
    static final int MAX_READ = 10_000;

    public HistoryPage {
        messages = List.copyOf(messages);
    }

    /** The messages as a JSON array. */
    public String messagesJson() {
        return messages.stream().map(Envelope::toJson).collect(Collectors.joining(",", "[", "]"));
    }

    /** Reads a page from the log. Messages of another epoch than the page's head are left out. */
    static HistoryPage read(Log log, ChannelName channel, long before, int limit, Predicate<Set<String>> isExcepted) {
        var messages = new ArrayList<Envelope>();
        var size = 0L;
        var read = 0;
        var page = log.before(channel, before, Math.min(limit, STEP));
        var head = page.head();
        while (!page.messages().isEmpty() && page.head().epoch().equals(head.epoch())) {
            for (var message : page.messages()) {
                read++;
                if (isExcepted.test(message.except())) {
                    continue;
                }
                size += new Delivery(message).size();
                if (!messages.isEmpty() && size > MAX_SIZE) {
                    return new HistoryPage(channel, messages, head);
                }
                messages.add(message);
                if (messages.size() == limit) {
                    return new HistoryPage(channel, messages, head);
                }
            }
            if (read >= MAX_READ) {
                break;
            }
            var last = page.messages().get(page.messages().size() - 1);
            var oldest = Objects.requireNonNull(last.position(), "a message of a log has a position");
            page = log.before(channel, oldest.offset(), STEP);
        }
        return new HistoryPage(channel, messages, head);
    }
}
