package dev.herald.board;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Herald;
import dev.herald.api.Person;
import dev.herald.api.Position;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the front page shows, read at one moment.
 *
 * @param self the visitor
 * @param people everyone online
 * @param newsLog the end of the channel {@code news}, oldest first
 * @param privateLog the end of the visitor's own channel, oldest first
 */
public record FrontPage(Person self, List<Person> people, List<Envelope> newsLog, List<Envelope> privateLog) {

    /** The most messages of each kind. */
    static final int LINES = 50;

    private static final Set<String> NEWS_EVENTS = Set.of("news");
    private static final Set<String> PRIVATE_EVENTS = Set.of("private", "sent");

    static FrontPage of(Herald herald, Person self) {
        return new FrontPage(
                self,
                herald.people(),
                herald.latest(ChannelName.NEWS, LINES),
                herald.latest(ChannelName.ofUser(self.id()), LINES));
    }

    /** Whether the visitor may choose a name. A visitor whom the container has authenticated already has one. */
    public boolean isGuest() {
        return self.id().startsWith("guest-");
    }

    /** The number of people, in words. */
    public String count() {
        return people.size() == 1 ? "1 person online" : people.size() + " people online";
    }

    /** The people to list, without the visitor. */
    public List<Person> others() {
        return people.stream()
                .filter(person -> !person.id().equals(self.id()))
                .limit(Board.LISTED_PEOPLE)
                .toList();
    }

    /** The latest news, oldest first. */
    public List<Line> news() {
        return lines(newsLog, NEWS_EVENTS);
    }

    /** The visitor's latest private messages, oldest first. */
    public List<Line> privates() {
        return lines(privateLog, PRIVATE_EVENTS);
    }

    /** The position of the last news, after which the script goes on; {@code null} if there are none. */
    public @Nullable Position newsPosition() {
        return end(newsLog);
    }

    /** The position of the last private message, after which the script goes on; {@code null} if there are none. */
    public @Nullable Position privatePosition() {
        return end(privateLog);
    }

    private static List<Line> lines(List<Envelope> log, Set<String> events) {
        return log.stream()
                .filter(message -> events.contains(message.event()))
                .map(Line::of)
                .toList();
    }

    private static @Nullable Position end(List<Envelope> log) {
        return log.isEmpty() ? null : log.get(log.size() - 1).position();
    }
}
