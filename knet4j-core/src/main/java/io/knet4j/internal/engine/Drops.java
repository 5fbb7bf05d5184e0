package io.knet4j.internal.engine;

import io.knet4j.DropCause;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts what is dropped. */
final class Drops {
    private final EngineOutput output;
    private final Map<DropCause, Counter> counters = new EnumMap<>(DropCause.class);

    Drops(EngineOutput output) {
        this.output = output;
        for (DropCause cause : DropCause.values()) {
            counters.put(cause, new Counter());
        }
    }

    void count(long now, DropCause cause, @Nullable InetSocketAddress source) {
        count(now, cause, 1, source);
    }

    void count(long now, DropCause cause, long count, @Nullable InetSocketAddress source) {
        Objects.requireNonNull(counters.get(cause)).add(count);
        output.dropped(now, cause, count, source);
    }

    void clear() {
        counters.values().forEach(Counter::clear);
    }

    /** Causes with at least one drop. */
    Map<DropCause, Long> snapshot() {
        Map<DropCause, Long> counts = new EnumMap<>(DropCause.class);
        counters.forEach((cause, counter) -> {
            long count = counter.get();
            if (count > 0) {
                counts.put(cause, count);
            }
        });
        return counts;
    }
}
