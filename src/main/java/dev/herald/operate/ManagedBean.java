package dev.herald.operate;

import static java.lang.System.Logger.Level.WARNING;

import java.lang.management.ManagementFactory;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * A bean that is registered with JMX from {@link #open} to {@link #close}. Opened and closed by the container's threads,
 * holding no lock.
 */
final class ManagedBean implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(ManagedBean.class.getName());

    private final Object bean;

    /** Different for each deployment, because a server may have several. */
    private final String name;

    private final AtomicBoolean isShown = new AtomicBoolean();

    /**
     * A bean that is not shown yet.
     *
     * @param application the path of the application on its server, by which operators tell them apart
     * @param bean implements an interface whose name ends in {@code MXBean}
     */
    ManagedBean(String type, String application, Object bean) {
        this.bean = bean;
        this.name = "dev.herald:type=" + type + ",application=" + ObjectName.quote(application) + ",deployment="
                + UUID.randomUUID();
    }

    /** Registers the bean. A failure is only logged: Herald works without JMX. */
    void open() {
        try {
            ManagementFactory.getPlatformMBeanServer().registerMBean(bean, new ObjectName(name));
            isShown.set(true);
        } catch (JMException e) {
            LOG.log(WARNING, "JMX does not show " + name, e);
        }
    }

    /** Unregisters the bean; closing it again does nothing. */
    @Override
    public void close() {
        if (!isShown.getAndSet(false)) {
            return;
        }
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(name));
        } catch (JMException e) {
            LOG.log(WARNING, "JMX still shows " + name, e);
        }
    }
}
