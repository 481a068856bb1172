package dev.herald.operate;

import dev.herald.engine.EngineServer;
import dev.herald.socketio.SocketIoServer;
import java.util.Map;

/** Shows operators the state of Socket.IO by JMX. */
public final class SocketIoStatus implements SocketIoMXBean, AutoCloseable {

    private final EngineServer engine;
    private final SocketIoServer socketIo;

    private final ManagedBean shown;

    /** @param application the path of the application on its server */
    public SocketIoStatus(String application, EngineServer engine, SocketIoServer socketIo) {
        this.shown = new ManagedBean("SocketIo", application, this);
        this.engine = engine;
        this.socketIo = socketIo;
    }

    public void open() {
        shown.open();
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
        shown.close();
    }
}
