package dev.herald.testing;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.WebConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** A container's side of an upgraded connection, as strict as the strictest server about when it may be written to. */
public final class FakeSocket implements WebConnection {

    public final Input input = new Input();
    public final Output output = new Output();
    public int closes;

    @Override
    public ServletInputStream getInputStream() {
        return input;
    }

    @Override
    public ServletOutputStream getOutputStream() {
        return output;
    }

    @Override
    public synchronized void close() {
        closes++;
    }

    /** What the peer sends. */
    public static final class Input extends ServletInputStream {

        private final Queue<byte[]> chunks = new ArrayDeque<>();
        private ReadListener listener;
        public IOException failure;
        public boolean ended;

        /** Data of the peer come, on this thread. */
        public void receive(byte[]... parts) {
            chunks.addAll(List.of(parts));
            comes();
        }

        public void comes() {
            try {
                listener.onDataAvailable();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        public ReadListener listener() {
            return listener;
        }

        @Override
        public boolean isReady() {
            return ended || failure != null || !chunks.isEmpty();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (failure != null) {
                throw failure;
            }
            if (chunks.isEmpty()) {
                return -1;
            }
            var chunk = chunks.remove();
            assertThat(chunk.length).isLessThanOrEqualTo(length);
            System.arraycopy(chunk, 0, bytes, offset, chunk.length);
            return chunk.length;
        }

        @Override
        public int read() {
            throw new AssertionError("reads a single byte");
        }

        @Override
        public boolean isFinished() {
            return ended;
        }

        @Override
        public void setReadListener(ReadListener one) {
            listener = one;
        }
    }

    /** What the peer gets. */
    public static final class Output extends ServletOutputStream {

        private final AtomicBoolean busy = new AtomicBoolean();
        private final List<byte[]> writes = new ArrayList<>();
        private final List<String> mistakes = new ArrayList<>();
        private WriteListener listener;
        private boolean allowed;
        /** Whether the socket takes more, asked at each isReady. */
        private BooleanSupplier free = () -> true;

        public IOException failure;
        public int flushes;

        public void free(BooleanSupplier answer) {
            free = answer;
        }

        /** The socket takes data again. */
        public void becomeFree() {
            free = () -> true;
            writePossible();
        }

        public void writePossible() {
            try {
                listener.onWritePossible();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        public WriteListener listener() {
            return listener;
        }

        /** Each write since the last look. */
        public synchronized List<byte[]> writes() {
            assertThat(mistakes).isEmpty();
            var seen = List.copyOf(writes);
            writes.clear();
            return seen;
        }

        /** All bytes since the last look. */
        public byte[] bytes() {
            var bytes = new ByteArrayOutputStream();
            writes().forEach(bytes::writeBytes);
            return bytes.toByteArray();
        }

        private void used(String how) throws IOException {
            if (!busy.compareAndSet(false, true)) {
                mistake(how + " by two threads");
                return;
            }
            if (how.equals("isReady")) {
                allowed = free.getAsBoolean();
            } else {
                if (!allowed) {
                    mistake(how + " without being ready");
                }
                allowed = false;
            }
            busy.set(false);
            if (failure != null) {
                throw failure;
            }
        }

        private synchronized void mistake(String what) {
            mistakes.add(what);
        }

        @Override
        public boolean isReady() {
            try {
                used("isReady");
            } catch (IOException e) {
                return true;
            }
            return allowed;
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            used("write");
            synchronized (this) {
                writes.add(bytes);
            }
        }

        @Override
        public void flush() throws IOException {
            used("flush");
            flushes++;
        }

        @Override
        public void write(int oneByte) {
            throw new AssertionError("writes a single byte");
        }

        @Override
        public void setWriteListener(WriteListener one) {
            listener = one;
        }
    }
}
