package io.knet4j.internal.engine;

import io.knet4j.DropCause;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts what is dropped. */
final class Drops {
    private static final DropCause[] CAUSES = DropCause.values();

    private final EngineOutput output;
    private final Counter[] counters = new Counter[CAUSES.length];

    Drops(EngineOutput output) {
        this.output = output;
        for (int i = 0; i < counters.length; i++) {
            counters[i] = new Counter();
        }
    }

    void count(long now, DropCause cause, @Nullable InetSocketAddress source) {
        counters[cause.ordinal()].increment();
        output.dropped(now, cause, source);
    }

    Map<DropCause, Long> snapshot() {
        Map<DropCause, Long> counts = new EnumMap<>(DropCause.class);
        for (DropCause cause : CAUSES) {
            long count = counters[cause.ordinal()].get();
            if (count > 0) {
                counts.put(cause, count);
            }
        }
        return counts;
    }
}
