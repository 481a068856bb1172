package dev.herald;

import static dev.herald.WayDown.Step.CLIENTS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.herald.admin.AdminDesk;
import dev.herald.admin.AdminObservers;
import dev.herald.admin.AdminSettings;
import dev.herald.admin.ServerSight;
import dev.herald.api.Herald;
import dev.herald.cdi.CdiObservers;
import dev.herald.concurrent.RetryingExecutor;
import dev.herald.engine.EngineServer;
import dev.herald.hub.Hub;
import dev.herald.hub.Observers;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;

/** Puts the Admin UI's part together, if its password is set. Else the application's observers stand alone. */
@ApplicationScoped
public class AdminProducer {

    /** Between two looks at the totals, as in the reference. */
    private static final long PERIOD = 2;

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

    // Asked when somebody opens the UI: they are made after the observers.
    @Inject
    Instance<Hub> hub;

    @Inject
    Instance<Herald> herald;

    @Inject
    Instance<EngineServer> engine;

    @Produces
    @Singleton
    Observers observers(Settings settings, CdiObservers application, WayDown wayDown) {
        return settings.admin()
                .<Observers>map(admin -> new AdminObservers(application, desk(admin, wayDown)))
                .orElse(application);
    }

    private AdminDesk desk(AdminSettings settings, WayDown wayDown) {
        var desk = new AdminDesk(
                settings, server(), hub::get, herald::get, new RetryingExecutor(executor, timer), Clock.systemUTC());
        var clock = timer.scheduleAtFixedRate(desk::tick, PERIOD, PERIOD, SECONDS);
        wayDown.<AutoCloseable>add(CLIENTS, () -> clock.cancel(false));
        return desk;
    }

    private ServerSight server() {
        var pid = ProcessHandle.current().pid();
        var host = hostname();
        return new ServerSight(
                host + "#" + pid,
                host,
                pid,
                () -> ManagementFactory.getRuntimeMXBean().getUptime() / 1e3,
                () -> engine.get().size());
    }

    private static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // The machine has no name in its own tables.
            return "unknown";
        }
    }
}
