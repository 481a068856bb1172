package dev.herald.operate;

import dev.herald.api.ChannelName;
import dev.herald.hub.DurableObservers;
import java.util.Map;

/** Shows operators the durable observers by JMX. Any thread may ask; some questions wait for the database. */
public final class DurableObserversStatus implements DurableObserversMXBean, AutoCloseable {

    private final DurableObservers observers;

    private final ManagedBean shown;

    /** @param application the path of the application on its server */
    public DurableObserversStatus(String application, DurableObservers observers) {
        this.shown = new ManagedBean("DurableObservers", application, this);
        this.observers = observers;
    }

    public void open() {
        shown.open();
    }

    @Override
    public Map<String, Long> getBehind() {
        return observers.behind();
    }

    @Override
    public Map<String, String> getFailing() {
        return observers.failing();
    }

    @Override
    public boolean skip(String observer, String channel) {
        return observers.skip(observer, new ChannelName(channel));
    }

    @Override
    public void close() {
        shown.close();
    }
}
