package dev.herald.push;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which messages wait for push services or are on their way: so that no device and no service takes the places of all others, and no
 * message that is tried again comes after a later one of its topic. Any thread may call, with any lock held: it only computes.
 */
final class WaitingList {

    /** The most messages in all. */
    static final int MAX = 1_000;

    /** The most for one push service; so one that is down leaves places for the others. */
    static final int MAX_OF_SERVICE = MAX / 2;

    /** The most for one device. */
    static final int MAX_OF_DEVICE = 10;

    // All guarded by this.
    private final Map<String, Integer> services = new HashMap<>();
    private final Map<String, Device> devices = new HashMap<>();
    private int size;
    private long number;

    /** What waits for one device: the number of the latest message of each topic, until nothing waits. */
    private static final class Device {
        final Map<String, Long> latest = new HashMap<>();
        int size;
    }

    /** A message's place. */
    record Place(String service, String endpoint, String topic, long number) {}

    /** A place for a message; empty when there is none. */
    synchronized Optional<Place> enter(PushDevice device, String topic) {
        var place = new Place(device.address().getRawAuthority(), device.endpoint(), topic, ++number);
        if (size >= MAX
                || services.getOrDefault(place.service(), 0) >= MAX_OF_SERVICE
                || sizeOf(devices.get(place.endpoint())) >= MAX_OF_DEVICE) {
            return Optional.empty();
        }
        size++;
        services.merge(place.service(), 1, Integer::sum);
        var all = devices.computeIfAbsent(place.endpoint(), endpoint -> new Device());
        all.size++;
        all.latest.put(topic, place.number());
        return Optional.of(place);
    }

    private static int sizeOf(@Nullable Device device) {
        return device == null ? 0 : device.size;
    }

    /** Whether no later message of its topic has been given for the device, which would take the place of this one. */
    synchronized boolean isLatest(Place place) {
        var all = devices.get(place.endpoint());
        return all == null || all.latest.getOrDefault(place.topic(), 0L) <= place.number();
    }

    /** The message does not wait any more. */
    synchronized void leave(Place place) {
        size--;
        services.computeIfPresent(place.service(), (same, count) -> count > 1 ? count - 1 : null);
        devices.computeIfPresent(place.endpoint(), (same, device) -> --device.size > 0 ? device : null);
    }

    synchronized int size() {
        return size;
    }
}
