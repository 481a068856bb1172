package dev.herald.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The way to a server on 127.0.0.1, on which nothing may arrive for a while: as when a network drops its packets, neither side is told,
 * and what was sent meanwhile comes when the network works again, if both still have the connection.
 */
public final class Wire implements AutoCloseable {

    private final ServerSocket door;
    private final int target;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private boolean isDead;

    private Wire(int target) throws IOException {
        this.target = target;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** Begins to pass on connections. */
    public static Wire to(int port) throws IOException {
        var wire = new Wire(port);
        wire.threads.execute(wire::accept);
        return wire;
    }

    /** Where it listens. */
    public int port() {
        return door.getLocalPort();
    }

    /** From now on nothing arrives; new connections are taken. */
    public synchronized void die() {
        isDead = true;
    }

    /** It works again. */
    public synchronized void revive() {
        isDead = false;
        notifyAll();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                var client = door.accept();
                sockets.add(client);
                threads.execute(() -> connect(client));
            } catch (IOException e) {
                return; // It is closed.
            }
        }
    }

    private void connect(Socket client) {
        try {
            awaitLife();
            var server = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(server);
            threads.execute(() -> pass(client, server));
            pass(server, client);
        } catch (IOException e) {
            end(client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass(Socket from, Socket to) {
        try {
            copy(from.getInputStream(), to.getOutputStream());
        } catch (IOException e) {
            // One of both has ended; so does the other.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(from);
            end(to);
        }
    }

    private void copy(InputStream from, OutputStream to) throws IOException, InterruptedException {
        var bytes = new byte[8_192];
        for (var length = from.read(bytes); length >= 0; length = from.read(bytes)) {
            awaitLife();
            to.write(bytes, 0, length);
        }
        awaitLife();
    }

    private synchronized void awaitLife() throws InterruptedException {
        while (isDead) {
            wait();
        }
    }

    private void end(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        door.close();
        sockets.forEach(this::end);
    }
}
