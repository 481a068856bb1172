package dev.herald.it;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What a server shows by JMX, as an operator on its machine sees it. */
public final class RemoteJmx implements AutoCloseable {

    private final JMXConnector connector;

    private RemoteJmx(JMXConnector connector) {
        this.connector = connector;
    }

    /** Attaches to the server's process. */
    @SuppressWarnings("BanJNDI") // The address is that of a process which the test has started.
    public static RemoteJmx of(ServerProcess server) throws IOException, AttachNotSupportedException {
        var machine = VirtualMachine.attach(Long.toString(server.pid()));
        try {
            return new RemoteJmx(JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent())));
        } finally {
            machine.detach();
        }
    }

    /** The applications of which there is a bean of this type. */
    public List<String> applications(String type) throws IOException, JMException {
        return connector
                .getMBeanServerConnection()
                .queryNames(new ObjectName("dev.herald:type=" + type + ",*"), null)
                .stream()
                .map(name -> ObjectName.unquote(name.getKeyProperty("application")))
                .toList();
    }

    /** Reads what the bean of this type and application shows. */
    public Object read(String type, String application, String attribute) throws IOException, JMException {
        var beans = connector.getMBeanServerConnection();
        var pattern = "dev.herald:type=" + type + ",application=" + ObjectName.quote(application) + ",*";
        var names = beans.queryNames(new ObjectName(pattern), null);
        if (names.size() != 1) {
            throw new AssertionError("not one bean of " + pattern + ": " + names);
        }
        return beans.getAttribute(names.iterator().next(), attribute);
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
