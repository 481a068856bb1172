package dev.herald;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.engine.EngineServer;
import dev.herald.socketio.SocketIoServer;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.UUID;
import javax.management.JMException;
import javax.management.ObjectName;

/** Shows the operator, by JMX, how Socket.IO is doing. */
final class SocketIoStatus implements SocketIoMXBean, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(SocketIoStatus.class.getName());

    private final EngineServer engine;
    private final SocketIoServer socketIo;

    /** Another one for each deployment: a server may have several. */
    private final String name = "dev.herald:type=SocketIo,deployment=" + UUID.randomUUID();

    SocketIoStatus(EngineServer engine, SocketIoServer socketIo) {
        this.engine = engine;
        this.socketIo = socketIo;
    }

    void open() {
        try {
            ManagementFactory.getPlatformMBeanServer().registerMBean(this, new ObjectName(name));
        } catch (JMException e) {
            LOG.log(WARNING, "JMX does not show Socket.IO", e);
        }
    }

    @Override
    public int getSessions() {
        return engine.size();
    }

    @Override
    public Map<String, Long> getRecoveries() {
        return socketIo.recoveryOutcomes();
    }

    @Override
    public void close() {
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(name));
        } catch (JMException e) {
            LOG.log(WARNING, "JMX goes on to show Socket.IO", e);
        }
    }
}
