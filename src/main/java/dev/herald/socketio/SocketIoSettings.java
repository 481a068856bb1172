package dev.herald.socketio;

import dev.herald.hub.NamePattern;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * What a Socket.IO server allows and expects.
 *
 * @param namespaces besides the main one that clients may connect to; each begins with {@code /} and has no comma; {@code *} in it
 *     stands for any characters
 * @param connectTimeout how long a connection may be in no namespace
 * @param attachmentTimeout how long a packet may wait for its attachments
 * @param maxAttachmentBytes that the attachments of one packet may have together
 * @param maxInvalidNamespaces that one connection may ask for before it is closed
 * @param pendingAnswers that one client may owe
 * @param recovery whether a client that comes back in time goes on where it was
 * @param recoveryWindow how long after its connection broke off a client may do so
 * @param maxSuspended how many clients that are away are remembered
 * @param metadata whether messages of the main namespace's channels have one more argument, which says where they are from
 * @param bare which clients get their events bare, with the sender's arguments only
 * @param answersUnhandled whether who sends an event that nobody handles is told so
 */
public record SocketIoSettings(
        Set<String> namespaces,
        Duration connectTimeout,
        Duration attachmentTimeout,
        int maxAttachmentBytes,
        int maxInvalidNamespaces,
        int pendingAnswers,
        boolean recovery,
        Duration recoveryWindow,
        int maxSuspended,
        boolean metadata,
        BareEvents bare,
        boolean answersUnhandled) {

    /** The longest name, in characters, of a namespace that is there by a pattern only. */
    static final int MAX_NAMESPACE_LENGTH = 128;

    /** How many namespaces one connection may be in. */
    static final int MAX_NAMESPACES = 100;

    /** Which clients get bare events. */
    public enum BareEvents {
        /** Who asks for them, and whose library is known to have no use for more. */
        AUTO,
        /** All, unless one asks for more. */
        ALWAYS,
        /** Who asks for them. */
        NEVER;

        /**
         * Reads the setting {@code herald.socketio.bare-events}.
         *
         * @throws IllegalArgumentException when it is none
         */
        public static BareEvents of(String text) {
            try {
                return valueOf(text.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "herald.socketio.bare-events is auto, always or never, not " + text, e);
            }
        }
    }

    /** The reference server's values, and our bounds where it has none. */
    public static final SocketIoSettings DEFAULT = new SocketIoSettings(
            Set.of(),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            1_000_000,
            10,
            1_000,
            true,
            Duration.ofMinutes(2),
            20_000,
            true,
            BareEvents.AUTO,
            false);

    public SocketIoSettings {
        namespaces = Set.copyOf(namespaces);
        for (var namespace : namespaces) {
            if (!namespace.startsWith("/") || namespace.indexOf(',') >= 0) {
                throw new IllegalArgumentException(
                        "the namespace \"" + namespace + "\" does not begin with /, or has a comma");
            }
        }
        if (!isSome(connectTimeout) || !isSome(attachmentTimeout) || !isSome(recoveryWindow)) {
            throw new IllegalArgumentException("each time is more than nothing");
        }
        if (maxAttachmentBytes < 1 || maxInvalidNamespaces < 0 || pendingAnswers < 1 || maxSuspended < 0) {
            throw new IllegalArgumentException("a limit of Socket.IO is too small");
        }
    }

    private static boolean isSome(Duration time) {
        return !time.isNegative() && !time.isZero();
    }

    /** Whether there is this namespace, by its name or by a pattern. */
    boolean hasNamespace(String namespace) {
        return isNamed(namespace)
                || (namespace.length() <= MAX_NAMESPACE_LENGTH
                        && namespace.chars().noneMatch(Character::isISOControl)
                        && namespaces.stream()
                                .map(NamePattern::new)
                                .anyMatch(pattern -> pattern.isOpen() && pattern.fits(namespace)));
    }

    /** Whether there is this namespace by its own name. There are few of these, while clients choose the others. */
    boolean isNamed(String namespace) {
        return namespace.equals(SocketIoPacket.MAIN_NAMESPACE)
                || (namespaces.contains(namespace) && !new NamePattern(namespace).isOpen());
    }
}
