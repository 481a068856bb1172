package dev.herald.cdi;

import dev.herald.api.ChannelName;
import dev.herald.api.Herald;
import dev.herald.api.PushTo;
import dev.herald.api.Receipt;
import dev.herald.hub.EventName;
import java.util.concurrent.CompletionStage;

/**
 * Where the objects of one class go, as its {@link PushTo} says. Immutable. Any thread may send, holding no lock.
 *
 * @param name of the channel, or the id of the person
 */
record PushTarget(Class<?> type, boolean isForPerson, NameTemplate name, String event) {

    /**
     * The target of a class, which has the annotation.
     *
     * @throws IllegalArgumentException when nothing could ever be sent there; the message is a whole sentence
     */
    static PushTarget of(Class<?> type, PushTo pushTo) {
        try {
            if (pushTo.channel().isEmpty() == pushTo.person().isEmpty()) {
                throw new IllegalArgumentException("it names either a channel or a person");
            }
            var isForPerson = pushTo.channel().isEmpty();
            var name = NameTemplate.of(type, isForPerson ? pushTo.person() : pushTo.channel());
            var example = isForPerson ? ChannelName.ofUser(name.example()) : open(name.example());
            EventName.requireFree(example, pushTo.event());
            return new PushTarget(type, isForPerson, name, pushTo.event());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("@PushTo of " + type.getName() + " cannot be: " + e.getMessage(), e);
        }
    }

    /** What objects of the application hold must not lead into somebody's private channel. */
    private static ChannelName open(String name) {
        var channel = new ChannelName(name);
        if (!channel.isOpen()) {
            throw new IllegalArgumentException("this channel is not open to everyone: " + name);
        }
        return channel;
    }

    /**
     * Publishes one of the objects.
     *
     * @throws IllegalArgumentException when there is no such channel or person, or the object is no JSON
     */
    CompletionStage<Receipt> send(Herald herald, Object object) {
        var to = name.text();
        try {
            var filled = name.fill(object);
            to = filled.equals(to) ? to : to + ", which is \"" + filled + "\"";
            return isForPerson
                    ? herald.person(filled).tell(event, object)
                    : herald.channel(open(filled)).publish(event, object);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "this " + type.getName() + " cannot be sent to " + to + ": " + e.getMessage(), e);
        }
    }
}
