package io.knet4j.cli.demo;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** What the hosts tell about their links: the state now, and when it changed. */
final class Observations {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<End> up = new HashSet<>();
    private final Map<Way, List<Integer>> active = new HashMap<>();
    private final List<Change> changes = new ArrayList<>();

    /** One end of a link: as the host sees it that has the link to the peer. */
    record End(int host, int peer, int link) {}

    /** The way from a host to a peer, whatever links it takes. */
    record Way(int host, int peer) {
        Way back() {
            return new Way(/* host= */ peer, /* peer= */ host);
        }
    }

    /** A host saw a change. */
    sealed interface Change {
        int host();

        int peer();

        /** Wall clock, in microseconds. */
        long at();

        record Up(int host, int peer, int link, long at) implements Change {}

        record Down(int host, int peer, int link, double silenceMillis, long at)
                implements Change {}

        record Active(int host, int peer, List<Integer> links, long at) implements Change {}

        /** Reads what {@link DemoHost} wrote. */
        static Change of(int host, JsonObject json) {
            int peer = json.get("peer").getAsInt();
            long at = json.get("at_us").getAsLong();
            return switch (json.get("event").getAsString()) {
                case "link-up" -> new Up(host, peer, json.get("link").getAsInt(), at);
                case "link-down" ->
                        new Down(
                                host,
                                peer,
                                json.get("link").getAsInt(),
                                json.get("silence_ms").getAsDouble(),
                                at);
                case "active-links" ->
                        new Active(
                                host,
                                peer,
                                json.getAsJsonArray("links").asList().stream()
                                        .map(JsonElement::getAsInt)
                                        .toList(),
                                at);
                case String other -> throw new IllegalArgumentException(other);
            };
        }
    }

    void add(Change change) {
        lock.lock();
        try {
            changes.add(change);
            switch (change) {
                case Change.Up e -> up.add(new End(e.host(), e.peer(), e.link()));
                case Change.Down e -> up.remove(new End(e.host(), e.peer(), e.link()));
                case Change.Active e -> active.put(new Way(e.host(), e.peer()), e.links());
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isUp(End end) {
        lock.lock();
        try {
            return up.contains(end);
        } finally {
            lock.unlock();
        }
    }

    List<Integer> activeLinks(Way way) {
        lock.lock();
        try {
            return active.getOrDefault(way, List.of());
        } finally {
            lock.unlock();
        }
    }

    /** All changes since a point in time, in the order in which they were told. */
    List<Change> since(long micros) {
        lock.lock();
        try {
            return changes.stream().filter(change -> change.at() >= micros).toList();
        } finally {
            lock.unlock();
        }
    }

    /** When a host first saw a link down after a point in time. */
    OptionalLong firstDown(End end, long since) {
        return since(since).stream()
                .filter(change ->
                        change instanceof Change.Down e
                                && new End(e.host(), e.peer(), e.link()).equals(end))
                .mapToLong(Change::at)
                .min();
    }

    /** When the traffic of a host first took exactly these links after a point in time. */
    OptionalLong firstActive(Way way, List<Integer> links, long since) {
        return since(since).stream()
                .filter(change ->
                        change instanceof Change.Active e
                                && new Way(e.host(), e.peer()).equals(way)
                                && e.links().equals(links))
                .mapToLong(Change::at)
                .min();
    }

    /** Waits until a condition on this holds, and says whether it does. */
    boolean await(BooleanSupplier condition, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
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
