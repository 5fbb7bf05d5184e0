package io.knet4j.interop.netns;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel's netem does to the packets that leave an interface, until it is closed. It
 * counts what it drops, but neither copies nor damage.
 */
public final class Netem implements AutoCloseable {
    private static final Pattern COUNTERS =
            Pattern.compile(
                    "Sent \\d+ bytes (\\d+) pkt \\(dropped (\\d+),.*?backlog \\S+ (\\d+)p",
                    Pattern.DOTALL);

    private final NetInterface end;
    private boolean closed;

    /**
     * How many packets.
     *
     * @param sent went out to the wire, copies included
     * @param dropped were lost
     * @param delayed are still held
     */
    public record Counters(long sent, long dropped, long delayed) {
        /**
         * {@return both together}
         *
         * @param other those of another interface
         */
        public Counters plus(Counters other) {
            return new Counters(
                    sent + other.sent, dropped + other.dropped, delayed + other.delayed);
        }
    }

    Netem(NetInterface end, String harm) {
        this.end = end;
        try {
            tc("qdisc replace dev " + end.name() + " root netem " + harm);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "netem is not available (it needs the module sch_netem of the kernel): "
                            + e.getMessage(),
                    e);
        }
    }

    private String tc(String arguments) {
        return tc(end, arguments);
    }

    /** Runs {@code tc} where an interface is. */
    static String tc(NetInterface end, String arguments) {
        List<String> words = new ArrayList<>(List.of("tc"));
        words.addAll(List.of(arguments.strip().split(" +")));
        return end.namespace().run(words.toArray(String[]::new));
    }

    /** {@return what it did so far} */
    public Counters counters() {
        String text = tc("-s qdisc show dev " + end.name() + " root");
        Matcher matcher = COUNTERS.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException(end + ": " + text);
        }
        return new Counters(
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                Long.parseLong(matcher.group(3)));
    }

    /** Packets pass untouched from now on. Those that it holds are lost. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            tc("qdisc del dev " + end.name() + " root");
        }
    }
}
