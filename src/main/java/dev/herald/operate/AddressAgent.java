package dev.herald.operate;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.sql.DriverManager;

/**
 * A Java agent that runs before Payara Micro: passes {@code herald.address} and {@code herald.port} on to it, and ends the
 * process with one line and an error code when that port is not free. Payara Micro alone would print stack traces and end with
 * code 0.
 *
 * <p>Called once, by the JVM's main thread, before any other class of Herald or of the server. It has its own jar ({@code
 * herald-agent.jar}), because an agent's jar is on the class path of the whole JVM.
 */
public final class AddressAgent {

    private AddressAgent() {}

    /** Called by the JVM before the server's main method. */
    public static void premain(String arguments) {
        var address = System.getProperty("herald.address", "127.0.0.1");
        var port = System.getProperty("herald.port", "8080");
        var problem = problem(address, port);
        if (!problem.isEmpty()) {
            System.err.println("Herald cannot listen on " + address + ":" + port + ": " + problem
                    + ". Choose another place with -Dherald.port=... and -Dherald.address=...");
            System.exit(1);
        }
        System.setProperty("herald.address", address);
        System.setProperty("herald.port", port);
        // Payara Micro reads these properties. Its option --port overrides them.
        System.setProperty("payaramicro.port", port);
        // Java looks for drivers once: now, before it could find the WAR's, which the server would take away with a
        // warning.
        var unused = DriverManager.drivers();
    }

    /** Why the port cannot be listened on; empty if it can. */
    static String problem(String address, String port) {
        try (var socket = new ServerSocket()) {
            var place = new InetSocketAddress(address, Integer.parseInt(port));
            if (place.isUnresolved()) {
                return "there is no such address";
            }
            // As the server does, so that connections that were just closed are not in the way.
            socket.setReuseAddress(true);
            socket.bind(place);
            return "";
        } catch (NumberFormatException e) {
            return "the port is not a number";
        } catch (IllegalArgumentException | IOException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
