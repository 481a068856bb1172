package dev.herald.request;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The accounts of many, by a key. Those that are full are as good as new, and are dropped when there are too many; if that is
 * not enough, some others are. Any thread may call, with any lock held: it only computes.
 */
final class Accounts {

    private final int max;
    private final ConcurrentHashMap<String, Account> accounts = new ConcurrentHashMap<>();
    private final AtomicBoolean sweeping = new AtomicBoolean();

    /** @param max how many are kept; for a moment there may be a few more */
    Accounts(int max) {
        this.max = max;
    }

    boolean has(String key) {
        return accounts.containsKey(key);
    }

    Account of(String key, long now) {
        var there = accounts.get(key);
        if (there != null) {
            return there;
        }
        if (accounts.mappingCount() >= max && sweeping.compareAndSet(false, true)) {
            try {
                sweep(now);
            } finally {
                sweeping.set(false);
            }
        }
        return accounts.computeIfAbsent(key, k -> new Account(now));
    }

    /** Makes room for a tenth, so that this is not done for each new key. */
    private void sweep(long now) {
        accounts.values().removeIf(account -> account.isFull(now));
        var left = accounts.keySet().iterator();
        for (var tooMany = accounts.mappingCount() - max / 10 * 9L; tooMany > 0 && left.hasNext(); tooMany--) {
            left.next();
            left.remove();
        }
    }

    long size() {
        return accounts.mappingCount();
    }
}
