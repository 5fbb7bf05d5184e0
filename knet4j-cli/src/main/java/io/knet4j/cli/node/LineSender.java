package io.knet4j.cli.node;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.Reason;
import io.knet4j.SendException;
import io.knet4j.cli.Millis;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Sends lines of input as messages. While no destination is reachable the input waits; when that
 * takes too long, lines are given up until one is.
 */
final class LineSender {

    private static final long REPORT_INTERVAL = Duration.ofSeconds(1).toNanos();

    private final Channel channel;
    private final OptionalInt to;
    private final Destination destination;
    private final Duration wait;
    private final Reachability reachability;
    private final NodeReporter reporter;

    private long lines;
    private boolean givenUp;
    private boolean lost;
    private long toReport;
    private String whyToReport = "";
    private long nextReport = Long.MIN_VALUE;

    /**
     * @param to the only host that gets the messages; empty for all
     * @param wait how long the input waits for a host to become reachable
     */
    LineSender(
            Channel channel,
            OptionalInt to,
            Duration wait,
            Reachability reachability,
            NodeReporter reporter) {
        this.channel = channel;
        this.to = to;
        this.wait = wait;
        this.reachability = reachability;
        this.reporter = reporter;
        destination = to.isPresent() ? Destination.host(to.getAsInt()) : Destination.broadcast();
    }

    /** Sends all lines until the input ends. Returns whether all of them were queued. */
    boolean sendAll(InputStream in) throws IOException, InterruptedException {
        LineReader reader = new LineReader(in, Knet.MAX_MESSAGE_SIZE);
        for (Optional<LineReader.Line> line = reader.next();
                line.isPresent();
                line = reader.next()) {
            lines++;
            send(line.get());
        }
        report();
        return !lost;
    }

    /** Number of lines that were read. */
    long lines() {
        return lines;
    }

    private void send(LineReader.Line line) throws InterruptedException {
        if (line.isTooLong()) {
            reporter.skipped(
                    lines,
                    "it has "
                            + line.length()
                            + " bytes, a message at most "
                            + Knet.MAX_MESSAGE_SIZE);
            lost = true;
            return;
        }
        if (line.length() == 0) {
            reporter.skipped(lines, "it is empty, and a message has at least 1 byte");
            lost = true;
            return;
        }
        if (!reachability.await(to, givenUp ? Duration.ZERO : wait)) {
            givenUp = true;
            giveUp(
                    (to.isPresent() ? "host " + to.getAsInt() : "no host")
                            + (to.isPresent() ? " was not reachable" : " was reachable")
                            + " within "
                            + Millis.text(wait));
            return;
        }
        givenUp = false;
        queue(ByteBuffer.wrap(line.bytes()));
    }

    private void queue(ByteBuffer message) throws InterruptedException {
        while (true) {
            try {
                channel.send(message, destination);
                return;
            } catch (SendException e) {
                if (e.reason() == Reason.INTERRUPTED) {
                    throw new InterruptedException();
                }
                if (e.reason() != Reason.QUEUE_FULL) {
                    giveUp(EventText.reason(e.reason()));
                    return;
                }
            }
        }
    }

    private void giveUp(String why) {
        lost = true;
        toReport++;
        whyToReport = why;
        long now = System.nanoTime();
        if (nextReport == Long.MIN_VALUE || now - nextReport >= 0) {
            report();
            nextReport = now + REPORT_INTERVAL;
        }
    }

    private void report() {
        if (toReport > 0) {
            reporter.notSent(toReport, whyToReport);
            toReport = 0;
        }
    }
}
