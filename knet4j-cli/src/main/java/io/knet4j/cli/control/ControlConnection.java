package io.knet4j.cli.control;

import com.google.gson.JsonObject;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetException;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.Millis;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One client: reads its request, answers it, and closes. */
final class ControlConnection implements Runnable {

    private static final System.Logger LOG = System.getLogger("io.knet4j.cli.control");

    private enum Phase {
        READING,
        WORKING,
        WRITING
    }

    private final SocketChannel channel;
    private final ControlHandler handler;
    private final Consumer<ControlConnection> onEnd;
    private final AtomicReference<@Nullable String> givenUp = new AtomicReference<>();
    private final Duration limit;
    private volatile Phase phase = Phase.READING;
    private volatile long deadline;

    /**
     * @param limit how long the client may take to ask, and again to take the answer
     * @param onEnd called when everything is done
     */
    ControlConnection(
            SocketChannel channel,
            ControlHandler handler,
            Duration limit,
            Consumer<ControlConnection> onEnd) {
        this.channel = channel;
        this.limit = limit;
        deadline = System.nanoTime() + limit.toNanos();
        this.handler = handler;
        this.onEnd = onEnd;
    }

    @Override
    public void run() {
        try (channel) {
            byte[] request;
            try {
                request = ControlProtocol.readLine(channel, ControlProtocol.MAX_REQUEST_BYTES);
            } catch (ControlProtocol.LineTooLongException _) {
                write(
                        refusal(
                                "a request has at most "
                                        + ControlProtocol.MAX_REQUEST_BYTES
                                        + " bytes"));
                return;
            }
            phase = Phase.WORKING;
            String why = givenUp.get();
            if (why != null) {
                write(ControlProtocol.error(CommandException.failed(why)));
            } else if (request.length > 0) {
                write(answer(request));
            }
        } catch (IOException _) {
            // The client has gone, or takes no answer.
        } finally {
            onEnd.accept(this);
        }
    }

    private static JsonObject refusal(String why) {
        return ControlProtocol.error(CommandException.usage(why));
    }

    private JsonObject answer(byte[] request) {
        try {
            return ControlProtocol.ok(
                    handler.answer(ControlRequest.of(ControlProtocol.parse(request))));
        } catch (CommandException e) {
            return ControlProtocol.error(e);
        } catch (KnetClosedException _) {
            return ControlProtocol.error(CommandException.failed("the node ends"));
        } catch (KnetException e) {
            return ControlProtocol.error(CommandException.failed(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "a request failed", e);
            return ControlProtocol.error(CommandException.failed("internal error: " + e));
        }
    }

    private void write(JsonObject answer) throws IOException {
        deadline = System.nanoTime() + limit.toNanos();
        phase = Phase.WRITING;
        ControlProtocol.writeLine(channel, answer);
    }

    /** Sends the client away when it is too slow. */
    void watch(long now) {
        // In this order: a phase begins after its deadline was set.
        Phase current = phase;
        if (deadline - now > 0) {
            return;
        }
        switch (current) {
            case READING -> giveUp("no whole line came within " + Millis.text(limit));
            case WORKING -> {
                // that is not the client's fault
            }
            case WRITING -> close();
        }
    }

    /** Whether the client keeps us waiting for its request. */
    boolean isIdle() {
        return phase == Phase.READING && givenUp.get() == null;
    }

    /** Whether its request is being worked on. */
    boolean isBeingServed() {
        return phase == Phase.WORKING;
    }

    /** Waits for the request no longer; the client is told why. */
    void giveUp(String why) {
        if (phase == Phase.READING && givenUp.compareAndSet(null, why)) {
            try {
                channel.shutdownInput(); // the reading thread finds the end of the stream
            } catch (IOException _) {
                close();
            }
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // closed is what it should be
        }
    }
}
