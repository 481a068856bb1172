package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Finds what is wrong with all that one reader heard of a channel.
 *
 * @param texts what was published: the first is that of offset 1
 */
record HistoryChecker(ChannelName channel, String epoch, List<String> texts) {

    /** What can be wrong. */
    enum Flaw {
        /** Never came, nor did anything after it. */
        LOST,
        /** Came again. */
        DOUBLE,
        /** Never came, though later ones did. */
        HOLE,
        /** Came after a later one. */
        REORDERED,
        /** Is not what was published there. */
        FOREIGN
    }

    /** What is wrong with the message of an offset; 0 when it has none. */
    record Finding(Flaw flaw, long offset) {}

    /** What a reader experiences. */
    sealed interface Entry {}

    /** A message came. */
    record Heard(Envelope message) implements Entry {}

    /** The reader was told that it may have missed messages up to here. */
    record ToldLoss(Position head) implements Entry {}

    /** The flaws of a history; none when it is 1 to n, but for the losses that were told. */
    List<Finding> check(List<Entry> history) {
        var findings = new ArrayList<Finding>();
        var seen = new HashSet<Long>();
        var excused = new HashSet<Long>();
        var last = 0L;
        for (var entry : history) {
            if (entry instanceof ToldLoss told) {
                for (var offset = last + 1; offset <= told.head().offset(); offset++) {
                    excused.add(offset);
                }
                last = Math.max(last, told.head().offset());
            } else if (entry instanceof Heard heard) {
                var position = heard.message().position();
                var offset = position == null ? 0 : position.offset();
                if (position == null || !isPublished(position, heard.message())) {
                    findings.add(new Finding(Flaw.FOREIGN, offset));
                    continue;
                }
                if (!seen.add(offset)) {
                    findings.add(new Finding(Flaw.DOUBLE, offset));
                } else if (offset < last) {
                    findings.add(new Finding(Flaw.REORDERED, offset));
                }
                last = Math.max(last, offset);
            }
        }
        var latest = seen.stream().mapToLong(offset -> offset).max().orElse(0);
        for (var offset = 1L; offset <= texts.size(); offset++) {
            if (!seen.contains(offset) && !excused.contains(offset)) {
                findings.add(new Finding(offset < latest ? Flaw.HOLE : Flaw.LOST, offset));
            }
        }
        return findings;
    }

    private boolean isPublished(Position position, Envelope message) {
        return channel.equals(message.channel())
                && epoch.equals(position.epoch())
                && position.offset() >= 1
                && position.offset() <= texts.size()
                && texts.get((int) position.offset() - 1).equals(message.json());
    }
}
