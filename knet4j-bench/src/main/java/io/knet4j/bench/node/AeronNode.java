package io.knet4j.bench.node;

import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Aeron over UDP unicast with a media driver in the same process, all at their defaults (three
 * threads of the driver, idle strategy backoff) but the MTU, which is the largest that loopback
 * carries, as for the others.
 */
final class AeronNode implements BenchNode {
    private static final int STREAM = 10;
    private static final int MTU = 65_504;
    private static final int FRAGMENTS = 32;

    private final Inbox inbox;
    private final MediaDriver driver;
    private final Aeron aeron;
    private final List<Publication> publications = new ArrayList<>();
    private @Nullable Subscription subscription;
    private @Nullable Thread receiver;
    private volatile boolean closed;

    AeronNode(Inbox inbox) {
        this.inbox = inbox;
        driver =
                MediaDriver.launchEmbedded(
                        new MediaDriver.Context().dirDeleteOnStart(true).dirDeleteOnShutdown(true));
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
    }

    @Override
    public void addLink(
            int host, int link, InetSocketAddress local, InetSocketAddress remote, Pings pings) {
        subscription = aeron.addSubscription(uri(local), STREAM);
        publications.add(aeron.addPublication(uri(remote) + "|mtu=" + MTU, STREAM));
    }

    private static String uri(InetSocketAddress address) {
        return "aeron:udp?endpoint="
                + address.getAddress().getHostAddress()
                + ':'
                + address.getPort();
    }

    @Override
    public void start() {
        Subscription open = subscription;
        if (open == null) {
            throw new IllegalStateException("no link");
        }
        receiver = Thread.ofPlatform().name("receiver").daemon().start(() -> receive(open));
    }

    private void receive(Subscription open) {
        FragmentAssembler handler =
                new FragmentAssembler((buffer, offset, length, header) -> inbox.received(length));
        IdleStrategy idle = new BackoffIdleStrategy();
        while (!closed) {
            idle.idle(open.poll(handler, FRAGMENTS));
        }
    }

    @Override
    public boolean reachable(int host) {
        Subscription open = subscription;
        return open != null
                && open.isConnected()
                && publications.stream().allMatch(Publication::isConnected);
    }

    @Override
    public Outbox outbox(int size) {
        UnsafeBuffer message = new UnsafeBuffer(Payload.ofSize(size));
        IdleStrategy idle = new BackoffIdleStrategy();
        return number -> {
            message.putInt(0, number);
            for (Publication publication : publications) {
                while (publication.offer(message) < 0) {
                    idle.idle();
                }
                idle.reset();
            }
        };
    }

    @Override
    public void close() {
        closed = true;
        if (receiver != null) {
            try {
                receiver.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        aeron.close();
        driver.close();
    }
}
