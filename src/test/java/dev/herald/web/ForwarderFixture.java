package dev.herald.web;

import dev.herald.engine.EngineSettings;
import dev.herald.forward.Forwarder;
import dev.herald.forward.NodeDirectory;
import dev.herald.nonblocking.SlowBodies;
import dev.herald.testing.FakeTimer;
import java.time.Duration;

/** The forwarder of a node that has no others. */
final class ForwarderFixture {

    private ForwarderFixture() {}

    static Forwarder alone() {
        return new Forwarder(
                NodeDirectory.alone(),
                "/socket.io/",
                EngineSettings.DEFAULT,
                new SlowBodies(1, Duration.ofSeconds(1)),
                new FakeTimer().asExecutor(),
                Runnable::run);
    }
}
