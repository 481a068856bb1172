package dev.herald.operate;

import static java.lang.System.Logger.Level.WARNING;

import java.lang.management.ManagementFactory;
import java.util.UUID;
import javax.management.JMException;
import javax.management.ObjectName;

/** Something that JMX shows, from when it is opened until it is closed. */
final class ManagedBean implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(ManagedBean.class.getName());

    private final Object bean;

    /** Another one for each deployment: a server may have several. */
    private final String name;

    /** @param bean has an interface for JMX */
    ManagedBean(String type, Object bean) {
        this.bean = bean;
        this.name = "dev.herald:type=" + type + ",deployment=" + UUID.randomUUID();
    }

    /** Without it, Herald does what it does: a failure is logged. */
    void open() {
        try {
            ManagementFactory.getPlatformMBeanServer().registerMBean(bean, new ObjectName(name));
        } catch (JMException e) {
            LOG.log(WARNING, "JMX does not show " + name, e);
        }
    }

    @Override
    public void close() {
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(name));
        } catch (JMException e) {
            LOG.log(WARNING, "JMX goes on to show " + name, e);
        }
    }
}
