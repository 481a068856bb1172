package dev.herald.engine;

import dev.herald.engine.EnginePacket.Bytes;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A listener that notes what it is told, and whether calls overlap or come after the end. */
final class Diary implements EngineListener {

    final List<String> heard = new CopyOnWriteArrayList<>();
    final List<CloseReason> ends = new CopyOnWriteArrayList<>();
    final AtomicInteger drained = new AtomicInteger();
    final AtomicInteger mistakes = new AtomicInteger();
    volatile Consumer<String> whenText = text -> {};
    volatile Runnable whenDrained = () -> {};
    volatile Runnable whenClosed = () -> {};
    private volatile Thread inside;

    @Override
    public void onText(String text) {
        call(() -> {
            heard.add(text);
            whenText.accept(text);
        });
    }

    @Override
    public void onBinary(Bytes data) {
        call(() -> heard.add(data.toString()));
    }

    @Override
    public void onDrained() {
        if (!ends.isEmpty()) {
            mistakes.incrementAndGet();
        }
        drained.incrementAndGet();
        whenDrained.run();
    }

    @Override
    public void onClose(CloseReason reason) {
        call(() -> {
            ends.add(reason);
            whenClosed.run();
        });
    }

    private void call(Runnable what) {
        var outer = inside;
        if ((outer != null && outer != Thread.currentThread()) || !ends.isEmpty()) {
            mistakes.incrementAndGet();
        }
        inside = Thread.currentThread();
        try {
            what.run();
        } finally {
            inside = outer;
        }
    }
}
