package io.knet4j.testkit.campaign;

import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.LinkStatus;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.testkit.Checker;
import io.knet4j.testkit.Datagram;
import io.knet4j.testkit.SimCluster;
import io.knet4j.testkit.SimNetwork;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who can send and listen, but is no host and has no key that is in use: whatever is made
 * here must have no effect. Messages are for nobody, so that the {@link Checker} finds it if one is
 * delivered; pings tell of a restart; pongs tell that a link is up; answers to path MTU probes are
 * of sizes that were not asked for.
 *
 * <p>What comes clear and under the address of a host is another matter: nothing but the tokens of
 * pings and the sizes of probes protects from that.
 */
final class Forger {
    private static final int EVERY_MILLIS = 10;
    private static final int MOST_BYTES = 300;
    private static final int STRANGE_KEY = 10_000;
    private static final int LARGEST_PACKET = 65_535;
    private static final int LARGEST_HEADERS = 48;
    private static final int NUMBERS = 65_535;

    private final Setup setup;
    private final SimNetwork network;
    private final SimCluster cluster;
    private final Checker checker;
    private final Agenda agenda;
    private final Rekeying rekeying;
    private final Aftermath aftermath;
    private final SplittableRandom random;
    private final Map<InetSocketAddress, Map<InetSocketAddress, Token>> pings = new HashMap<>();
    private final Map<CryptoConfig, PacketSealer> sealers = new HashMap<>();
    private final @Nullable CryptoConfig strange;
    private long forged;

    /** What a ping is recognised by. */
    private record Token(long high, long low) {}

    Forger(
            Plan plan,
            SimNetwork network,
            SimCluster cluster,
            Checker checker,
            Agenda agenda,
            Rekeying rekeying,
            Aftermath aftermath) {
        setup = plan.setup();
        this.network = network;
        this.cluster = cluster;
        this.checker = checker;
        this.agenda = agenda;
        this.rekeying = rekeying;
        this.aftermath = aftermath;
        random = new SplittableRandom(plan.seed() + 2);
        strange = setup.encrypted() ? Rekeying.crypto(setup, STRANGE_KEY) : null;
        if (plan.steps().stream().anyMatch(step -> step.step() instanceof Step.Forge)) {
            network.tap(this::listen);
        }
    }

    /** Packets that were made. */
    long forged() {
        return forged;
    }

    private void listen(Datagram datagram) {
        ByteBuffer packet = ByteBuffer.wrap(datagram.payload());
        if (!setup.encrypted() && Packets.type(packet, 0) == Packets.PING) {
            pings.computeIfAbsent(datagram.from(), _ -> new HashMap<>())
                    .put(
                            datagram.to(),
                            new Token(
                                    Packets.pingTokenHigh(packet, 0),
                                    Packets.pingTokenLow(packet, 0)));
        }
    }

    void begin(Step.Forge step) {
        for (int millis = 0; millis < step.millis(); millis += EVERY_MILLIS) {
            agenda.in(millis, () -> forge(step));
        }
    }

    private void forge(Step.Forge step) {
        requireNoEffect();
        InetSocketAddress target = SimCluster.address(step.to(), step.link());
        InetSocketAddress host = SimCluster.address(step.from(), step.link());
        boolean anything = step.stranger() || setup.encrypted();
        List<ByteBuffer> packets = new ArrayList<>();
        packets.add(pong(step, target, host, false));
        if (setup.links() > 1) {
            int other = (step.link() + 1) % setup.links();
            packets.add(
                    pong(
                            step,
                            SimCluster.address(step.to(), other),
                            SimCluster.address(step.from(), other),
                            true));
        }
        packets.add(mtuAnswer(step));
        if (anything) {
            packets.add(message(step));
            packets.add(ping(step));
        }
        for (ByteBuffer packet : packets) {
            forged++;
            network.inject(step.stranger() ? stranger(step) : host, target, sealed(packet));
        }
    }

    private void requireNoEffect() {
        for (Knet node : network.nodes()) {
            if (network.isPaused(node)) {
                continue;
            }
            for (LinkStatus link : node.linkStatuses()) {
                InetSocketAddress stranger = SimCluster.address(setup.hosts() + 1, link.linkId());
                if (link.peer().filter(stranger::equals).isPresent()) {
                    throw new AssertionError(
                            "a stranger is taken for a host: " + Failures.link(node, link));
                }
                aftermath.requireMtuThatPasses(node, link);
            }
        }
    }

    /** Nobody's address, or that of a third host, from where nothing of the other may come. */
    private InetSocketAddress stranger(Step.Forge step) {
        boolean host = setup.hosts() > 2 && random.nextBoolean();
        int id = setup.hosts() + 1;
        if (host) {
            do {
                id = 1 + random.nextInt(setup.hosts());
            } while (id == step.from() || id == step.to());
        }
        return SimCluster.address(id, step.link());
    }

    private ByteBuffer message(Step.Forge step) {
        int length = Checker.MIN_LENGTH + random.nextInt(MOST_BYTES);
        ByteBuffer message = checker.next(cluster.node(step.from()), Destination.hosts(), length);
        ByteBuffer packet = ByteBuffer.allocate(Packets.DATA_HEADER + length);
        Packets.writeData(packet, 0, step.from(), 1 + random.nextInt(NUMBERS), true, 1, 0, 0, 0);
        packet.put(Packets.DATA_HEADER, message, 0, length);
        return packet;
    }

    private ByteBuffer ping(Step.Forge step) {
        ByteBuffer packet = ByteBuffer.allocate(Packets.PING_SIZE);
        Packets.writePing(
                packet,
                0,
                Packets.VERSION,
                step.from(),
                step.link(),
                random.nextLong(),
                random.nextLong(),
                0,
                true);
        return packet;
    }

    /**
     * Answers a ping that was heard: with its token, or with a time that is near.
     *
     * @param whole whether with its token, as if it had been of the link of the step
     */
    private ByteBuffer pong(
            Step.Forge step, InetSocketAddress asking, InetSocketAddress asked, boolean whole) {
        Token heard =
                pings.getOrDefault(asking, Map.of())
                        .getOrDefault(asked, new Token(random.nextLong(), 0));
        ByteBuffer packet = ByteBuffer.allocate(Packets.PING_SIZE);
        Packets.writePing(
                packet,
                0,
                Packets.VERSION,
                step.to(),
                step.link(),
                whole ? heard.high : heard.high - random.nextInt(1000),
                whole ? heard.low : random.nextLong(),
                0,
                true);
        Packets.answer(packet, 0, step.from());
        return packet;
    }

    private ByteBuffer mtuAnswer(Step.Forge step) {
        int largest = setup.payload() + LARGEST_HEADERS;
        int size =
                largest >= LARGEST_PACKET
                        ? random.nextInt(LARGEST_HEADERS)
                        : largest + 1 + random.nextInt(LARGEST_PACKET - largest);
        ByteBuffer packet = ByteBuffer.allocate(Packets.PMTUD_HEADER);
        Packets.writeProbe(
                packet, 0, Packets.VERSION, step.to(), step.link(), size, Packets.PMTUD_HEADER);
        Packets.answer(packet, 0, step.from());
        return packet;
    }

    /** By a key that was in use, if there is one. */
    private PacketSealer sealer(CryptoConfig other) {
        List<CryptoConfig> retired = rekeying.retired();
        CryptoConfig key = retired.isEmpty() ? other : retired.get(random.nextInt(retired.size()));
        return sealers.computeIfAbsent(key, config -> JcaSuite.of(config, random).newSealer());
    }

    /** Clear, or sealed by a key that is not in use, if there is any in use. */
    private byte[] sealed(ByteBuffer packet) {
        PacketSealer sealer =
                strange == null || random.nextBoolean() ? PacketSealer.CLEAR : sealer(strange);
        int length = packet.capacity();
        ByteBuffer memory = ByteBuffer.allocate(length + 2 * sealer.maxOverhead());
        memory.put(sealer.prefix(), packet, 0, length);
        byte[] datagram = new byte[sealer.seal(memory, 0, length)];
        memory.get(0, datagram);
        return datagram;
    }
}
