package dev.herald.testing;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** A request's body, as a container would hand it out: what has come of it. */
final class FakeBody extends ServletInputStream {

    private ByteArrayInputStream bytes = new ByteArrayInputStream(new byte[0]);
    private long length;
    private long total;
    private ReadListener listener;

    void announce(long all) {
        length = all;
    }

    long length() {
        return length;
    }

    void add(byte[] more) {
        var all = new ByteArrayOutputStream();
        all.writeBytes(bytes.readAllBytes());
        all.writeBytes(more);
        bytes = new ByteArrayInputStream(all.toByteArray());
        total += more.length;
    }

    void arrives(byte[] more) throws IOException {
        add(more);
        listener.onDataAvailable();
    }

    @Override
    public int available() {
        return bytes.available();
    }

    @Override
    public boolean isFinished() {
        return total >= length;
    }

    @Override
    public boolean isReady() {
        return bytes.available() > 0 || isFinished();
    }

    @Override
    public void setReadListener(ReadListener one) {
        listener = one;
    }

    @Override
    public int read() {
        return bytes.read();
    }

    @Override
    public int read(byte[] into, int offset, int size) {
        return bytes.read(into, offset, size);
    }
}
