package io.knet4j.cli.node;

import io.knet4j.KnetEvent;
import java.time.Duration;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Which hosts are reachable, for those who wait for one. */
final class Reachability {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Integer> reachable = new HashSet<>();

    void onEvent(KnetEvent event) {
        lock.lock();
        try {
            switch (event) {
                case KnetEvent.HostReachable e -> reachable.add(e.host());
                case KnetEvent.HostUnreachable e -> reachable.remove(e.host());
                default -> {
                    return;
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a host is reachable, and says whether it is.
     *
     * @param host which one; empty for any
     */
    boolean await(OptionalInt host, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (host.isPresent() ? !reachable.contains(host.getAsInt()) : reachable.isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
