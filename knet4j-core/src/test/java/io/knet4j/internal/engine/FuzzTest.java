package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.AccessRule;
import io.knet4j.ClearTraffic;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.ReassemblyLimits;
import io.knet4j.SharedKey;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.AccessFilter;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.transport.Path;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** An engine that is fed with damaged and hostile datagrams. */
class FuzzTest {
    private static final int DATAGRAMS = 1_200_000;
    private static final List<LinkPolicy> POLICIES = List.of(LinkPolicy.values());
    private static final int BATCH = 64;

    /** Causes that lie in the configuration, not in the datagrams. */
    private static final Set<DropCause> NOT_REACHABLE_HERE =
            EnumSet.of(
                    DropCause.NOT_RECEIVED,
                    DropCause.FORWARDING_DISABLED,
                    DropCause.FILTER_REFUSED,
                    DropCause.FILTER_FAILED,
                    DropCause.NOT_FOR_US,
                    DropCause.CHANNEL_NOT_OPEN,
                    DropCause.RECEIVE_QUEUE_FULL);

    private static final int MAX_BYTES = 1 << 20;

    /** The host with dynamic links, whose packets come from the addresses of all. */
    private static final int MOVING = 5;

    private static final List<AccessRule> RULES =
            List.of(
                    AccessRule.parse("reject 10.0.0.3"),
                    AccessRule.parse("accept 10.0.0.0/16"),
                    AccessRule.parse("accept 10.2.0.4/255.255.0.7"));

    private final long seed = Long.getLong("knet4j.seed", System.nanoTime());
    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    private final TestNode node =
            new TestNode(
                    Knet.builder(TestNode.SELF)
                            .reassembly(new ReassemblyLimits(64, MAX_BYTES, Duration.ofSeconds(1)))
                            .build(),
                    new KeySlots());

    /** What seals packets that are not clear: as the node's slots 1 and 2 do, and otherwise. */
    private final PacketSealer[] sealers = {
        PacketSealer.CLEAR,
        suite(1).newSealer(),
        suite(2).newSealer(),
        suite(CryptoCipher.AES256_CBC, CryptoHash.SHA1, 1).newSealer(),
        suite(CryptoCipher.AES128_CBC, CryptoHash.SHA256, 1).newSealer(),
        suite(CryptoCipher.NONE, CryptoHash.MD5, 2).newSealer(),
        suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 3).newSealer()
    };

    /** The sealer of packets that the node accepts at the moment. */
    private int accepted;

    private final List<HostState> hosts = new ArrayList<>();
    private final List<byte[]> corpus = new ArrayList<>();
    private final List<InetSocketAddress> sources = new ArrayList<>();
    private byte[] lastPing = Wire.ping(1, 0, 1, 0, true);
    private byte[] lastProbe = Wire.probe(1, 0, 1500);
    private long answeredProbes;
    private final Map<Integer, InetSocketAddress> addresses = new HashMap<>();
    private final ArrayDeque<byte[]> oldPings = new ArrayDeque<>(List.of(lastPing));
    private int sequence = 1;

    @Test
    void nothingThatComesFromTheNetworkHarmsTheEngine() {
        try {
            fuzz();
        } catch (RuntimeException | Error e) {
            throw new AssertionError("replay with -Dknet4j.seed=" + seed, e);
        }
    }

    private void fuzz() {
        setUp();
        int sent = 0;
        while (sent < DATAGRAMS) {
            node.incoming.clear();
            for (int i = 0; i < BATCH; i++) {
                int length = write(node.incoming.memory(), node.incoming.used());
                InetSocketAddress source = source(node.incoming.memory(), node.incoming.used());
                length = protect(node.incoming.memory(), node.incoming.used(), length);
                node.incoming.add(() -> TestNode.local(0), source, length);
            }
            long before = Survival.accountedFor(node, hosts);
            node.engine.receive(node.now, node.incoming);
            assertThat(Survival.accountedFor(node, hosts) - before)
                    .as("datagrams that were neither accepted nor dropped by cause")
                    .isEqualTo(BATCH);
            sent += BATCH;
            node.now += random.nextInt(2_000_000);
            if (random.nextInt(4) == 0) {
                node.engine.runTimers(node.now);
                answerSomePings();
            }
            if (random.nextInt(1000) == 0) {
                node.advance(Duration.ofMillis(1100).toNanos()); // silence: fragments expire
            }
            if (random.nextInt(256) == 0) {
                reconfigure();
            }
            assertThat(node.engine.reassemblyBytes()).isBetween(0L, (long) MAX_BYTES);
        }
        assertThat(node.engine.drops().keySet())
                .as("what the datagrams caused")
                .isEqualTo(EnumSet.complementOf(EnumSet.copyOf(NOT_REACHABLE_HERE)));
        assertThat(node.output.deliveries).isGreaterThan(5_000);
        assertThat(answeredProbes).as("that probes were answered, too").isGreaterThan(100);
        worksAfterwards();
        Survival.checkLeaks(node, hosts);
    }

    private JcaSuite suite(int slot) {
        return slot == 1
                ? suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1)
                : suite(CryptoCipher.AES128_CTR, CryptoHash.MD5, 2);
    }

    private JcaSuite suite(CryptoCipher cipher, CryptoHash hash, int keySeed) {
        byte[] key = new byte[128];
        new SplittableRandom(keySeed).nextBytes(key);
        CryptoConfig config = new CryptoConfig(cipher, hash, SharedKey.of(key));
        return JcaSuite.of(config, random);
    }

    private void setUp() {
        node.transport.probing = true;
        KeySlots all = new KeySlots();
        all.set(1, suite(1));
        all.set(2, suite(2));
        node.peer = new CryptoPeer(all);
        hosts.add(node.hostUp(2, 3));
        hosts.add(node.hostUp(3, 1));
        hosts.add(node.hostUp(65_535, 2));
        hosts.add(node.host(4, 8));
        HostState moving = node.engine.addHost(MOVING, "moving");
        for (int link = 0; link < 2; link++) {
            node.engine.addLink(
                    node.now,
                    moving,
                    link,
                    LinkConfig.dynamicUdp(new InetSocketAddress("10.9." + link + ".1", 5405))
                            .withPing(TestNode.INTERVAL, TestNode.TIMEOUT)
                            .withPongCount(1)
                            .withAccessRules(RULES));
        }
        hosts.add(moving);
        HostState self = node.engine.addHost(TestNode.SELF, "self");
        node.engine.addLink(node.now, self, 0, LinkConfig.loopback());
        hosts.add(self);
        node.output.recording = false;
        Vectors.all()
                .forEach(recording ->
                        recording.datagrams().stream()
                                .filter(datagram -> datagram.len() <= 3000)
                                .forEach(datagram -> corpus.add(datagram.bytes())));
        for (int link = 0; link < 3; link++) {
            for (int host : new int[] {2, 3, 4, MOVING, 65_535, 9}) {
                sources.add(remote(host, link));
            }
        }
        sources.add(new InetSocketAddress("fe80::1", 5405));
        sources.add(new InetSocketAddress(remote(2, 0).getAddress(), 1));
    }

    /** Mostly the address that the host and link in the packet have. */
    private InetSocketAddress source(ByteBuffer memory, int at) {
        if (random.nextInt(4) == 0) {
            return sources.get(random.nextInt(sources.size()));
        }
        boolean data = Packets.type(memory, at) == Packets.DATA;
        int link = data ? random.nextInt(2) : Packets.link(memory, at) & 7;
        return addresses.computeIfAbsent(
                Packets.host(memory, at) << 3 | link, key -> remote(key >>> 3, key & 7));
    }

    private int write(ByteBuffer memory, int at) {
        return switch (random.nextInt(10)) {
            case 0 -> noise(memory, at);
            case 1, 2 -> mutate(memory, at, put(memory, at, any(corpus)));
            case 3 -> put(memory, at, any(corpus));
            case 4 -> mutate(memory, at, put(memory, at, packet()));
            default -> put(memory, at, packet());
        };
    }

    /** Seals a packet, mostly as the node likes it, and sometimes damages it afterwards. */
    private int protect(ByteBuffer memory, int at, int length) {
        int choice = random.nextInt(20);
        PacketSealer sealer = sealers[choice < sealers.length ? choice : accepted];
        if (length == 0 || sealer.arithmetic().hash() == 0) {
            return length;
        }
        byte[] packet = new byte[length];
        memory.get(at, packet);
        byte[] datagram = CryptoPeer.seal(sealer, packet);
        memory.put(at, datagram);
        return random.nextInt(16) == 0 ? mutate(memory, at, datagram.length) : datagram.length;
    }

    private byte[] any(List<byte[]> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static int put(ByteBuffer memory, int at, byte[] bytes) {
        memory.put(at, bytes);
        return bytes.length;
    }

    private int noise(ByteBuffer memory, int at) {
        int length = random.nextInt(60);
        for (int i = 0; i < length; i++) {
            memory.put(at + i, (byte) random.nextInt());
        }
        return length;
    }

    private int mutate(ByteBuffer memory, int at, int length) {
        int mutated = length;
        for (int i = random.nextInt(1, 4); i > 0 && mutated > 0; i--) {
            int place = at + random.nextInt(Math.min(mutated, 30));
            switch (random.nextInt(5)) {
                case 0 -> memory.put(place, (byte) (memory.get(place) ^ 1 << random.nextInt(8)));
                case 1 -> memory.put(place, (byte) random.nextInt());
                case 2 -> memory.put(place, (byte) (random.nextBoolean() ? 0 : 0xff));
                case 3 -> mutated = random.nextInt(mutated + 1);
                default -> mutated += random.nextInt(40);
            }
        }
        return mutated;
    }

    /** A packet that means something, or nearly so. */
    private byte[] packet() {
        int host = new int[] {1, 2, 2, 2, 3, 4, MOVING, 65_535, 9}[random.nextInt(9)];
        int link = random.nextInt(4);
        sequence =
                switch (random.nextInt(2000)) {
                    case 0 -> random.nextInt(65_536);
                    case 1 -> 65_535;
                    case 2, 3, 4, 5 -> (sequence + random.nextInt(30_000)) & 0xffff;
                    default -> (sequence + random.nextInt(4) - 1) & 0xffff;
                };
        return switch (random.nextInt(13)) {
            case 12 -> Wire.with(Wire.probeReply(lastProbe, host), 7, random.nextInt(256));
            case 0 -> Wire.ping(host, link, random.nextLong(), sequence, random.nextBoolean());
            case 1 -> Wire.pong(random.nextBoolean() ? lastPing : oldPings.peekFirst(), host);
            case 2 -> Wire.pong(Wire.ping(1, link, random.nextLong(), 0, true), host);
            case 3 -> Wire.probe(host, link, random.nextInt(9, 1500));
            case 4 -> Wire.data(host, sequence, random.nextInt(-3, 35), "payload");
            case 5 -> {
                int count = random.nextInt(256);
                int number = random.nextInt(256);
                yield Wire.fragment(host, sequence, 3, count, number, new byte[50]);
            }
            case 6 -> {
                int size = random.nextInt(1, 8) * 400;
                yield Wire.fragment(host, sequence, 3, 20, random.nextInt(1, 21), new byte[size]);
            }
            default -> {
                int count = 2 + (sequence & 3);
                int number = random.nextInt(1, count + 1);
                yield Wire.fragment(host, sequence, 3, count, number, new byte[300]);
            }
        };
    }

    private void answerSomePings() {
        List<FakeTransport.Sent> sent = node.drainOpened();
        sent.stream().filter(one -> one.type() == Packets.PMTUD).forEach(this::answerProbe);
        for (FakeTransport.Sent ping : sent) {
            if (ping.type() != Packets.PING) {
                continue;
            }
            lastPing = ping.bytes();
            HostState owner =
                    hosts.stream()
                            .filter(host ->
                                    node.engine.links(host).stream()
                                            .anyMatch(link ->
                                                    ping.path().socket().equals(link.socket)
                                                            && isPeer(link, ping.path())))
                            .findFirst()
                            .orElseThrow();
            if (owner.id != 4 && random.nextInt(3) > 0) {
                byte[] pong = Wire.pong(ping.bytes(), owner.id);
                node.receive(ping.path().remote(), CryptoPeer.seal(sealers[accepted], pong));
            } else {
                oldPings.addLast(ping.bytes());
                if (oldPings.size() > 256) {
                    oldPings.removeFirst();
                }
            }
        }
    }

    private static boolean isPeer(LinkState link, Path path) {
        return link.peer != null || path.equals(link.path);
    }

    /** Of links whose packets may be up to 3000 bytes, most of the time. */
    private void answerProbe(FakeTransport.Sent probe) {
        lastProbe = probe.bytes();
        int host = probe.path().remote().getAddress().getAddress()[3] & 0xff;
        if (probe.bytes().length < 3000 && random.nextInt(4) > 0) {
            answeredProbes++;
            byte[] reply = Wire.probeReply(probe.bytes(), host == 255 ? 65_535 : host);
            node.receive(probe.path().remote(), CryptoPeer.seal(sealers[accepted], reply));
        }
    }

    private void reconfigure() {
        HostState moving = Objects.requireNonNull(node.engine.host(MOVING));
        LinkState dynamic = node.engine.links(moving).get(random.nextInt(2));
        List<AccessRule> rules = new ArrayList<>(RULES);
        Collections.shuffle(rules, new Random(random.nextLong()));
        node.engine.replaceAccessFilter(
                dynamic,
                node.engine.accessFilter(dynamic),
                AccessFilter.of(rules.subList(0, random.nextInt(4))));
        node.engine.setEnabled(node.now, dynamic, random.nextInt(8) > 0);
        node.engine.setAccessLists(random.nextInt(4) > 0);
        HostState host = hosts.get(random.nextInt(3));
        if (random.nextInt(16) == 0) {
            node.engine.setInterfaceMtu(
                    random.nextBoolean() ? OptionalInt.of(1500) : OptionalInt.empty());
        }
        if (random.nextInt(4) == 0) {
            node.engine.discoverPathMtu();
        }
        node.engine.setPolicy(host, POLICIES.get(random.nextInt(3)));
        node.engine.setPriority(node.engine.links(host).getFirst(), random.nextInt(256));
        node.send(Destination.broadcast(), random.nextInt(1, 3000));
        node.engine.sender().flush(node.now);
        node.transport.sent.clear();
        changeCrypto();
    }

    private void changeCrypto() {
        Engine engine = node.engine;
        if (random.nextInt(8) == 0) {
            engine.enableCrypto(suite(1));
            accepted = 1;
            return;
        }
        engine.useKeySlot(0);
        boolean[] set = {true, random.nextBoolean(), random.nextBoolean()};
        for (int slot = 1; slot <= 2; slot++) {
            if (set[slot]) {
                engine.setKeySlot(slot, suite(slot));
            } else {
                engine.clearKeySlot(slot);
            }
        }
        int use = random.nextInt(3);
        engine.useKeySlot(set[use] ? use : 0);
        boolean refuse = random.nextInt(3) > 0 && (set[1] || set[2]);
        engine.setClearTraffic(refuse ? ClearTraffic.REFUSE : ClearTraffic.ALLOW);
        do {
            accepted = random.nextInt(refuse ? 1 : 0, 3);
        } while (!set[accepted]);
    }

    private void worksAfterwards() {
        node.engine.disableCrypto();
        node.engine.clearKeySlot(2);
        node.engine.setInterfaceMtu(OptionalInt.empty());
        node.output.recording = true;
        node.advance(Duration.ofSeconds(20).toNanos());
        hosts.add(Survival.check(node));
    }
}
