package dev.herald.web;

import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.request.Logins;
import dev.herald.testing.NoObservers;
import java.time.Clock;
import java.util.List;

/** Logins to a hub that nobody else uses. */
final class LoginFixture {

    private LoginFixture() {}

    static Hub hub() {
        return new Hub(
                new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(100, 1_000_000, 10)),
                new ChannelKinds(List.of(), List.of()),
                new NoObservers(),
                new HubLimits(10, 10, 10),
                Clock.systemUTC(),
                Runnable::run);
    }

    /** Sessions of a container that keeps no callers. */
    static LoginSessions sessions() {
        var sessions = new LoginSessions();
        sessions.callers = new Callers();
        return sessions;
    }

    static Logins logins() {
        return new Logins(hub(), Clock.systemUTC(), Runnable::run);
    }
}
