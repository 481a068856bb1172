package dev.herald.hub;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * What all other nodes are asked.
 *
 * @param subject calls of one node about one subject are answered in the order in which they were made, unless the bus loses some
 * @param what well-formed texts
 * @param patience how long a node may take for its answer; the way there and back is not in it
 * @param isEnough whether this answer makes those of the other nodes needless
 */
public record NodeCall(String subject, List<String> what, Duration patience, Predicate<List<String>> isEnough) {}
