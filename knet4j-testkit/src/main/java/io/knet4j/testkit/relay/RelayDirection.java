package io.knet4j.testkit.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.UnaryOperator;

/**
 * One direction of a {@link RelayLink}: from the socket that faces one endpoint to the socket that
 * faces the other.
 */
public final class RelayDirection {
    private static final int BATCH = 64;
    private static final int HELD_AT_MOST = 65_536;

    private static final int RECEIVED = 0;
    private static final int FORWARDED = 1;
    private static final int CUT = 2;
    private static final int LOST = 3;
    private static final int TOO_LARGE = 4;
    private static final int DUPLICATED = 5;
    private static final int DELAYED = 6;
    private static final int FAILED = 7;

    private final DatagramChannel in;
    private final DatagramChannel out;
    private final SplittableRandom random;
    private final AtomicLongArray counters =
            new AtomicLongArray(FAILED + 1); // written by the relay thread only
    private volatile Impairment impairment = Impairment.none();

    /** When all has passed that waits where the speed is limited. The relay thread's. */
    private long lineFreeAt = System.nanoTime();

    RelayDirection(DatagramChannel in, DatagramChannel out, long seed) {
        this.in = in;
        this.out = out;
        this.random = new SplittableRandom(seed);
    }

    /** {@return how this direction misbehaves now} */
    public Impairment impairment() {
        return impairment;
    }

    /**
     * Changes how this direction misbehaves. Datagrams already held back stay so.
     *
     * @param value from now on
     */
    public void impair(Impairment value) {
        impairment = value;
    }

    /**
     * Changes how this direction misbehaves, starting from what it does now.
     *
     * @param change applied to the present impairment
     */
    public synchronized void impair(UnaryOperator<Impairment> change) {
        impairment = change.apply(impairment);
    }

    /** Lets nothing pass any more. */
    public void cut() {
        impair(i -> i.withCut(true));
    }

    /** Lets everything pass unchanged. */
    public void heal() {
        impair(Impairment.none());
    }

    /** {@return what became of the datagrams so far} */
    public RelayCounters counters() {
        return new RelayCounters(
                counters.get(RECEIVED),
                counters.get(FORWARDED),
                counters.get(CUT),
                counters.get(LOST),
                counters.get(TOO_LARGE),
                counters.get(DUPLICATED),
                counters.get(DELAYED),
                counters.get(FAILED));
    }

    // ---- what follows runs on the relay thread

    record Held(long dueNanos, long order, RelayDirection direction, ByteBuffer datagram)
            implements Comparable<Held> {
        @Override
        public int compareTo(Held other) {
            int byTime = Long.signum(dueNanos - other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    void drain(ByteBuffer buffer, PriorityQueue<Held> held) {
        for (int i = 0; i < BATCH; i++) {
            buffer.clear();
            if (!receive(buffer)) {
                return;
            }
            count(RECEIVED);
            pass(buffer.flip(), held);
        }
    }

    /**
     * Both sockets are connected once their endpoint is known: the kernel then checks the source of
     * each datagram, and the relay needs no address objects.
     */
    private boolean receive(ByteBuffer buffer) {
        while (true) {
            try {
                if (in.isConnected()) {
                    int start = buffer.position();
                    in.read(buffer);
                    return buffer.position() > start; // knet sends no empty datagrams
                }
                InetSocketAddress from = (InetSocketAddress) in.receive(buffer);
                if (from == null) {
                    return false;
                }
                in.connect(from);
                return true;
            } catch (PortUnreachableException _) {
                // tells about an earlier datagram to an endpoint that has no socket yet, or no
                // more; there may be others behind
                buffer.clear();
            } catch (IOException _) {
                return false; // being closed
            }
        }
    }

    private void pass(ByteBuffer datagram, PriorityQueue<Held> held) {
        Impairment now = impairment;
        if (now.cut()) {
            count(CUT);
            return;
        }
        if (datagram.remaining() > now.maxPayload()) {
            count(TOO_LARGE);
            return;
        }
        if (now.loss() > 0 && random.nextDouble() < now.loss()) {
            count(LOST);
            return;
        }
        boolean twice = now.duplication() > 0 && random.nextDouble() < now.duplication();
        if (twice) {
            count(DUPLICATED);
        }
        for (int i = twice ? 0 : 1; i < 2; i++) {
            if (now.delays()) {
                hold(datagram, now, held);
            } else {
                send(datagram.duplicate());
            }
        }
    }

    private void hold(ByteBuffer datagram, Impairment now, PriorityQueue<Held> held) {
        if (held.size() == HELD_AT_MOST) {
            count(FAILED);
            return;
        }
        long time = System.nanoTime();
        long queued = 0;
        if (now.bytesPerSecond() > 0) {
            queued = Math.max(0, lineFreeAt - time) + lineTime(datagram.remaining(), now);
            if (queued > lineTime(Impairment.QUEUE_BYTES, now)) {
                count(LOST);
                return;
            }
            lineFreeAt = time + queued;
        }
        count(DELAYED);
        ByteBuffer copy =
                ByteBuffer.allocate(datagram.remaining()).put(datagram.duplicate()).flip();
        held.add(new Held(time + queued + delay(now), counters.get(RECEIVED), this, copy));
    }

    private static long lineTime(int bytes, Impairment now) {
        return bytes * TimeUnit.SECONDS.toNanos(1) / now.bytesPerSecond();
    }

    private long delay(Impairment now) {
        Duration jitter = now.jitter();
        return now.delay().toNanos()
                + (jitter.isZero() ? 0 : random.nextLong(jitter.toNanos() + 1));
    }

    void send(ByteBuffer datagram) {
        count(write(datagram) ? FORWARDED : FAILED);
    }

    private boolean write(ByteBuffer datagram) {
        if (!out.isConnected()) {
            return false;
        }
        try {
            return out.write(datagram) > 0;
        } catch (PortUnreachableException _) {
            return writeAgain(
                    datagram); // that was about an earlier datagram, and this one was not sent
        } catch (IOException _) {
            return false;
        }
    }

    private boolean writeAgain(ByteBuffer datagram) {
        try {
            return out.write(datagram) > 0;
        } catch (IOException _) {
            return false;
        }
    }

    private void count(int what) {
        counters.setRelease(what, counters.getPlain(what) + 1);
    }
}
