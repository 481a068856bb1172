package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** People's devices as long as a test runs; a test says when they cannot be reached. */
public final class MemoryDevices implements Devices {

    public volatile boolean gone;

    // Guarded by this object's monitor.
    private final Map<ChannelName, Map<DeviceName, Position>> people = new HashMap<>();

    @Override
    public synchronized Position begin(ChannelName channel, DeviceName device, String epoch) {
        if (gone) {
            throw new LogUnavailableException("the devices are gone");
        }
        var devices = people.computeIfAbsent(channel, c -> new HashMap<>());
        if (!devices.containsKey(device)) {
            var begin = devices.values().stream()
                    .filter(seen -> seen.epoch().equals(epoch))
                    .max(Comparator.comparing(Position::offset))
                    .orElse(new Position(epoch, 0));
            if (devices.size() == MAX_PER_PERSON) {
                devices.remove(furthestBehind(devices, epoch));
            }
            devices.put(device, begin);
        }
        return devices.get(device);
    }

    private static DeviceName furthestBehind(Map<DeviceName, Position> devices, String epoch) {
        return devices.keySet().stream()
                .min(Comparator.comparing(device -> {
                    var seen = devices.get(device);
                    return seen.epoch().equals(epoch) ? seen.offset() : -1;
                }))
                .orElseThrow();
    }

    @Override
    public synchronized CompletionStage<Boolean> seen(ChannelName channel, DeviceName device, Position seen) {
        if (gone) {
            return CompletableFuture.failedStage(
                    new RefusedException(RefusedException.Reason.LOG_UNAVAILABLE, "the devices are gone"));
        }
        var changed = people.getOrDefault(channel, Map.of()).containsKey(device);
        if (changed) {
            people.get(channel)
                    .merge(
                            device,
                            seen,
                            (one, next) ->
                                    one.epoch().equals(next.epoch()) && one.offset() > next.offset() ? one : next);
        }
        return CompletableFuture.completedStage(changed);
    }
}
