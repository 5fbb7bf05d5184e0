package io.knet4j.testkit;

import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.Host;
import io.knet4j.HostStatus;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStability;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatus;
import io.knet4j.LinkUse;
import io.knet4j.Message;
import io.knet4j.SendException;
import io.knet4j.internal.node.Nodes;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Checks after every event of a {@link SimNetwork} that the nodes keep their promises.
 *
 * <p>It sends messages that describe themselves, {@link #send}, and takes all messages of the nodes
 * and channels that it {@linkplain #watch watches}. It fails the run when a message
 *
 * <ul>
 *   <li>is delivered twice to the same life of a node,
 *   <li>is truncated, mixed or changed,
 *   <li>is not from the host that sent it, or goes to a host or channel that it was not for,
 *   <li>overtakes another one, if {@link #requireOrder()} was called,
 * </ul>
 *
 * and when a link is not up, or not down, although the state of the network has demanded so for
 * longer than the configured timers allow, or comes up although pongs are late or too few, or the
 * active links and their data MTU do not follow from the links that are up, or pings and messages
 * take links that they must not take, or events do not tell what happens. {@link #finish} looks for
 * leaks.
 *
 * <p>Two kinds of copies are let pass and counted, since nothing on the wire tells the lives of a
 * host apart. One is of a message that a host sent in an earlier life, and comes after the receiver
 * has noticed the restart and begun to count its messages anew: {@link #formerLifeCopies()}. For
 * the other see {@link #mistakenRestartCopies()}.
 */
public final class Checker {
    /** Length of the shortest message that describes itself. */
    public static final int MIN_LENGTH = 20;

    private static final int CRC_AT = 16;

    /** How long after a restart stragglers of the former life may feign another one. */
    private static final long STRAGGLERS_TIME = Duration.ofSeconds(3).toNanos();

    /** Four pings that were overtaken come in that time, if they come. */
    private static final long OVERTAKEN_TIME = Duration.ofMillis(500).toNanos();

    private static final int PING_PAYLOAD = 100;

    private final SimNetwork network;
    private final Map<Knet, Life> lives = new HashMap<>();
    private final List<Life> livesByNumber = new ArrayList<>();
    private Map<LinkKey, Expectation> expectations = new HashMap<>();
    private Map<LinkKey, Expectation> earlierExpectations = new HashMap<>();
    private final Map<Pair, BitSet> delivered = new HashMap<>();
    private final Map<Pair, BitSet> forgotten = new HashMap<>();
    private final Map<Pair, BitSet> forgottenByRejoining = new HashMap<>();
    private final Set<Pair> noticed = new HashSet<>();
    private final Map<Pair, BitSet> forgottenByMistake = new HashMap<>();
    private final List<Copy> unexplained = new ArrayList<>();
    private final Map<Pair, Integer> latest = new HashMap<>();
    private final Map<LinkKey, LinkWatch> watches = new HashMap<>();
    private final Map<LinkKey, Calm> calms = new HashMap<>();
    private final Map<LinkEnds, Long> disabledAt = new HashMap<>();
    private boolean ordered;
    private boolean damageTolerated;
    private boolean realRestarts;
    private long damaged;
    private long sentCount;
    private long deliveredCount;
    private long formerLifeCopies;
    private long rejoinCopies;
    private long mistakenRestartCopies;
    private long linkChecks;
    private long routeChecks;
    private long leakChecks;
    private long stateInterval = Duration.ofMillis(25).toNanos();
    private long nextStateCheck;
    private long lastStateCheck;
    private long previousStateCheck;
    private boolean statesChecked = true;
    private @Nullable String violation;

    private record LinkKey(Knet node, int host, int link) {}

    /** A link whichever end it is looked at from. */
    private record LinkEnds(int host, int otherHost, int link) {
        private static LinkEnds of(Knet node, int peer, int link) {
            return new LinkEnds(Math.min(node.nodeId(), peer), Math.max(node.nodeId(), peer), link);
        }
    }

    /**
     * A link of which all pings have been answered for some time, whatever its own node did
     * meanwhile.
     *
     * @param downs how often it had gone down by then
     */
    private record Calm(long since, long lookedAt, long downs, LinkConfig config) {}

    private record Pair(Life from, Life to) {}

    /** A message that was delivered again, which a restart may explain that is reported later. */
    private record Copy(Pair pair, int number, long time, String what) {}

    /** A node between open and close, and what it sent. */
    private static final class Life {
        private final Knet node;
        private final int number;
        private final List<Destination> sent = new ArrayList<>();
        private final Map<Integer, Integer> channels = new HashMap<>();
        private final Set<Integer> hostsEver = new HashSet<>();
        private final EventWatch events;
        private final StabilityWatch stability;
        private final long bornAt;
        private long taken;
        private long receivedOnRemoved;

        private Life(
                Knet node, int number, long bornAt, EventWatch events, StabilityWatch stability) {
            this.node = node;
            this.stability = stability;
            this.bornAt = bornAt;
            this.number = number;
            this.events = events;
        }
    }

    private enum Demand {
        UP,
        DOWN,
        NONE
    }

    private record Expectation(
            Demand demand, long since, long pings, boolean connected, LinkConfig config) {}

    private Checker(SimNetwork network) {
        this.network = network;
    }

    /**
     * Starts to check.
     *
     * @param network where the nodes live
     * @return the checker of this network
     */
    public static Checker attach(SimNetwork network) {
        Checker checker = new Checker(network);
        network.check(checker::afterEvent);
        return checker;
    }

    /**
     * Takes the messages of some channels of a node, and checks its links from now on.
     *
     * @param node alive
     * @param channels of which messages come; the handler of each is set
     */
    public void watch(Knet node, int... channels) {
        Life life = lives.get(node);
        if (life == null) {
            EventWatch events = EventWatch.of(node, this::violate);
            StabilityWatch stability = new StabilityWatch(node, network.runtime(node));
            life = new Life(node, livesByNumber.size(), network.nanos(), events, stability);
            lives.put(node, life);
            livesByNumber.add(life);
            Life watched = life;
            node.onEvent(event -> {
                if (event instanceof KnetEvent.HostRestarted restarted) {
                    onRestart(watched, restarted.host());
                }
            });
        }
        Life receiver = life;
        for (int id : channels) {
            node.channel(id).onMessage(message -> take(receiver, message));
        }
    }

    /**
     * Watches channel 0 of all nodes of a cluster.
     *
     * @param cluster on the network of this checker
     */
    public void watch(SimCluster cluster) {
        for (int id = 1; id <= cluster.size(); id++) {
            watch(cluster.node(id), 0);
        }
    }

    /**
     * Demands that no message overtakes another one of the same sender. That is so on a single link
     * that keeps the order.
     */
    public void requireOrder() {
        ordered = true;
    }

    /**
     * Demands that no restart of a host is noticed that was none, unless datagrams were overtaken
     * on their own link. That is so where nobody forges packets.
     */
    public void requireRealRestarts() {
        realRestarts = true;
    }

    /**
     * Counts damaged messages, and messages that come again, instead of failing: what changes bits
     * of unprotected packets can do that, and nothing on the wire prevents it.
     */
    public void tolerateDamage() {
        damageTolerated = true;
    }

    /**
     * How often the states of links are checked; every 25 ms by default.
     *
     * @param interval at least; longer ones save time in large clusters
     */
    public void checkStatesEvery(Duration interval) {
        stateInterval = interval.toNanos();
    }

    /**
     * Whether states of links are checked; they are by default.
     *
     * @param value false to leave them alone
     */
    public void checkStates(boolean value) {
        statesChecked = value;
    }

    // ---- sending

    /**
     * Sends a message that describes itself.
     *
     * @param node watched
     * @param channel where to send it
     * @param destination who gets it
     * @param length at least {@link #MIN_LENGTH}
     * @throws SendException when it is not sent; nobody expects it then
     */
    public void send(Knet node, int channel, Destination destination, int length) {
        send(node, channel, destination, length, node.channel(channel)::send);
    }

    /**
     * Sends a message that describes itself synchronously.
     *
     * @param node watched
     * @param channel where to send it
     * @param destination who gets it
     * @param length at least {@link #MIN_LENGTH}
     * @throws SendException when it is not sent; nobody expects it then
     */
    public void sendSync(Knet node, int channel, Destination destination, int length) {
        send(node, channel, destination, length, node.channel(channel)::sendSync);
    }

    private void send(
            Knet node,
            int channel,
            Destination destination,
            int length,
            BiConsumer<ByteBuffer, Destination> way) {
        Life life = life(node);
        ByteBuffer message = next(node, destination, length);
        int number = life.sent.size() - 1;
        life.channels.put(number, channel);
        try {
            way.accept(message, destination);
            sentCount++;
        } catch (SendException e) {
            life.sent.set(number, Destination.hosts());
            throw e;
        }
    }

    /**
     * Makes a message that describes itself, to send it in another way than {@link #send} does.
     *
     * @param node watched
     * @param destination who will get it
     * @param length at least {@link #MIN_LENGTH}
     * @return the message
     */
    public ByteBuffer next(Knet node, Destination destination, int length) {
        Life life = Objects.requireNonNull(lives.get(node), "not watched");
        if (length < MIN_LENGTH) {
            throw new IllegalArgumentException("length " + length);
        }
        int number = life.sent.size();
        life.sent.add(destination);
        ByteBuffer message = ByteBuffer.allocate(length);
        message.putInt(node.nodeId());
        message.putInt(life.number);
        message.putInt(number);
        message.putInt(length);
        message.putInt(0);
        for (int i = MIN_LENGTH; i < length; i++) {
            message.put((byte) (i * 31 + (i >>> 8) + number));
        }
        message.flip();
        return message.putInt(CRC_AT, checksum(message));
    }

    private static int checksum(ByteBuffer message) {
        CRC32 crc = new CRC32();
        crc.update(message.duplicate().position(0).limit(CRC_AT));
        crc.update(message.duplicate().position(MIN_LENGTH));
        return (int) crc.getValue();
    }

    // ---- receiving

    private void take(Life to, Message received) {
        ByteBuffer message = ByteBuffer.wrap(received.toByteArray());
        to.taken++;
        String what =
                received.payload().remaining()
                        + " bytes from host "
                        + received.source()
                        + " at node "
                        + to.node.nodeId();
        if (message.remaining() < MIN_LENGTH
                || message.getInt(12) != message.remaining()
                || message.getInt(CRC_AT) != checksum(message)) {
            damage("truncated, mixed or changed message: " + what);
            return;
        }
        int number = message.getInt(8);
        Life from = livesByNumber.get(message.getInt(4));
        what = "message " + number + " of life " + from.number + ", " + what;
        if (message.getInt(0) != received.source()) {
            damage("message under the name of another host: " + what);
            return;
        }
        if (!to.hostsEver.contains(received.source()) && received.source() != to.node.nodeId()) {
            noteHosts(to);
            if (!to.hostsEver.contains(received.source())) {
                violate("message from an unknown host: " + what);
            }
        }
        if (!isFor(from.sent.get(number), to.node.nodeId())) {
            violate("message for somebody else: " + what);
        }
        int channel = from.channels.getOrDefault(number, received.channel());
        if (received.channel() != channel) {
            violate("message for channel " + channel + " on " + received.channel() + ": " + what);
        }
        Pair pair = new Pair(from, to);
        BitSet before = delivered.computeIfAbsent(pair, _ -> new BitSet());
        if (before.get(number)) {
            if (!isForgotten(pair, number)) {
                unexplained.add(
                        new Copy(
                                pair, number, network.nanos(), "message delivered twice: " + what));
            }
            return;
        }
        before.set(number);
        deliveredCount++;
        int previous = latest.getOrDefault(pair, -1);
        if (ordered && number < previous) {
            violate("message after number " + previous + ": " + what);
        }
        latest.put(pair, Math.max(number, previous));
    }

    /**
     * A host counts from the start again, so that what its earlier lives sent looks new once more;
     * or that is an error.
     */
    private void onRestart(Life to, int host) {
        List<Life> lives =
                livesByNumber.stream().filter(life -> life.node.nodeId() == host).toList();
        Life living = lives.isEmpty() ? null : lives.getLast();
        boolean explained =
                living == null || isRestart(to, lives, living) || wereOvertaken(to, host);
        if (!explained && realRestarts) {
            damage("a restart of host " + host + " was noticed that was none: " + to.node);
        }
        delivered.forEach((pair, done) -> {
            if (explained && pair.to.equals(to) && pair.from.node.nodeId() == host) {
                (pair.from.equals(living) ? forgottenByMistake : forgotten)
                        .computeIfAbsent(pair, _ -> new BitSet())
                        .or(done);
            }
        });
        unexplained.removeIf(
                copy -> copy.pair.to.equals(to) && isForgotten(copy.pair, copy.number));
    }

    private boolean isRestart(Life to, List<Life> lives, Life living) {
        boolean first = noticed.add(new Pair(living, to));
        return lives.size() > 1 && (first || network.nanos() - living.bornAt < STRAGGLERS_TIME);
    }

    /** Whether datagrams of a host came late lately that others of the same link had overtaken. */
    private boolean wereOvertaken(Life to, int host) {
        return to.node.host(host).stream()
                .flatMap(peer -> peer.links().stream())
                .anyMatch(link -> {
                    InetSocketAddress local = link.config().local();
                    InetSocketAddress remote = link.status().peer().orElse(null);
                    return local != null
                            && remote != null
                            && network.nanos() - network.path(remote, local).overtakenAt()
                                    < OVERTAKEN_TIME;
                });
    }

    /**
     * A node was made to remove a host and to add it again, so that it does not know any more what
     * it has got from there. Copies of that are let pass once, and {@linkplain #rejoinCopies()
     * counted}.
     *
     * @param node watched
     * @param host added again
     */
    public void rejoined(Knet node, int host) {
        Life to = life(node);
        delivered.forEach((pair, done) -> {
            if (pair.to.equals(to) && pair.from.node.nodeId() == host) {
                forgottenByRejoining.computeIfAbsent(pair, _ -> new BitSet()).or(done);
            }
        });
    }

    /**
     * A link is about to be removed, and with it what it has counted.
     *
     * @param node watched
     * @param link one of its links
     */
    public void beforeRemoval(Knet node, Link link) {
        life(node).receivedOnRemoved += received(link.status());
    }

    private static long received(LinkStatus link) {
        if (link.config().transport() != LinkConfig.Transport.UDP) {
            return 0;
        }
        LinkStatistics statistics = link.statistics();
        return statistics.rxData().packets()
                + statistics.rxPing().packets()
                + statistics.rxPong().packets()
                + statistics.rxPmtud().packets();
    }

    /**
     * A link was disabled. Should it be enabled again before its state is looked at, it is not late
     * for all that.
     *
     * @param node watched
     * @param host its peer
     * @param link id of the link
     */
    public void disabled(Knet node, int host, int link) {
        expectations.remove(new LinkKey(node, host, link));
        disabledAt.put(LinkEnds.of(node, host, link), network.nanos());
    }

    private boolean isForgotten(Pair pair, int number) {
        if (takeAway(forgottenByRejoining, pair, number)) {
            rejoinCopies++;
            return true;
        }
        if (takeAway(forgotten, pair, number)) {
            formerLifeCopies++;
            return true;
        }
        if (takeAway(forgottenByMistake, pair, number)) {
            mistakenRestartCopies++;
            return true;
        }
        return false;
    }

    private static boolean takeAway(Map<Pair, BitSet> from, Pair pair, int number) {
        BitSet numbers = from.get(pair);
        if (numbers == null || !numbers.get(number)) {
            return false;
        }
        numbers.clear(number);
        return true;
    }

    private static void noteHosts(Life life) {
        if (!life.node.hosts().isEmpty()) {
            life.node.hosts().forEach(host -> life.hostsEver.add(host.id()));
        }
    }

    private static boolean isFor(Destination destination, int node) {
        return switch (destination) {
            case Destination.Broadcast _ -> true;
            case Destination.Unicast unicast -> {
                for (int i = 0; i < unicast.size(); i++) {
                    if (unicast.host(i) == node) {
                        yield true;
                    }
                }
                yield false;
            }
        };
    }

    private void damage(String what) {
        if (damageTolerated) {
            damaged++;
        } else {
            violate(what);
        }
    }

    // Nodes catch what handlers throw, so the run fails after the event only.
    private void violate(String what) {
        if (violation == null) {
            violation = what;
        }
    }

    /**
     * Messages that all nodes have sent by {@link #send} and {@link #sendSync}.
     *
     * @return those that were refused not included
     */
    public long sent() {
        return sentCount;
    }

    /**
     * Messages delivered to all nodes.
     *
     * @return copies and damaged ones not included
     */
    public long delivered() {
        return deliveredCount;
    }

    /**
     * Messages that a node has handed over in its present life.
     *
     * @param to the receiver
     * @return copies and damaged ones included
     */
    public long taken(Knet to) {
        return life(to).taken;
    }

    /**
     * How often a node has told, in its present life, that messages to a host take other links or
     * have other fragments.
     *
     * @param node watched
     * @param host a host
     * @return events so far
     */
    public long routeChanges(Knet node, int host) {
        return life(node).events.routeChanges(host);
    }

    /**
     * How often a node has told, in its present life, that a host was restarted.
     *
     * @param node watched
     * @param host a host
     * @return events so far
     */
    public long restarts(Knet node, int host) {
        return life(node).events.restarts(host);
    }

    /**
     * Messages that a node sent in its present life.
     *
     * @param from the sender
     * @return those that were made for it with {@link #next}, too
     */
    public int sent(Knet from) {
        return life(from).sent.size();
    }

    /**
     * Messages of one node, in its present life, that were delivered to another, in its present
     * life.
     *
     * @param from the sender
     * @param to the receiver
     * @return their number
     */
    public int delivered(Knet from, Knet to) {
        return bits(from, to).cardinality();
    }

    /**
     * Messages that one node sent to another, each in its present life, and that were not delivered
     * yet.
     *
     * @param from the sender
     * @param to the receiver
     * @return their numbers in the order of sending, from 0
     */
    public List<Integer> missing(Knet from, Knet to) {
        BitSet done = bits(from, to);
        List<Destination> sent = life(from).sent;
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            if (!done.get(i) && isFor(sent.get(i), to.nodeId())) {
                numbers.add(i);
            }
        }
        return numbers;
    }

    /**
     * Demands that every message that one node sent to another was delivered.
     *
     * @param from the sender
     * @param to the receiver
     */
    public void requireAll(Knet from, Knet to) {
        List<Integer> numbers = missing(from, to);
        if (!numbers.isEmpty()) {
            throw new AssertionError(
                    numbers.size()
                            + " of "
                            + life(from).sent.size()
                            + " messages of node "
                            + from.nodeId()
                            + " were not delivered to node "
                            + to.nodeId()
                            + ", the first is number "
                            + numbers.getFirst());
        }
    }

    /**
     * Messages that were tolerated although they were damaged or came again.
     *
     * @return 0 unless {@link #tolerateDamage()} was called
     */
    public long damaged() {
        return damaged;
    }

    /**
     * Copies of messages that a host sent in an earlier life, which came after the receiver had
     * noticed the restart.
     *
     * @return those that were let pass for that
     */
    public long formerLifeCopies() {
        return formerLifeCopies;
    }

    /**
     * Copies of messages of a living host, which came after a restart was noticed that was none:
     * its pings were overtaken on their own link and came later than any before, which looks the
     * same; or after what was left of its former life had feigned another one.
     *
     * @return those that were let pass for that
     */
    public long mistakenRestartCopies() {
        return mistakenRestartCopies;
    }

    /**
     * Copies of messages that came before and after {@link #rejoined}.
     *
     * @return those that were let pass for that
     */
    public long rejoinCopies() {
        return rejoinCopies;
    }

    /**
     * How often was looked at what.
     *
     * @return by name: messages delivered, states of links, active links of hosts, events, leaks of
     *     nodes
     */
    public SortedMap<String, Long> checks() {
        SortedMap<String, Long> checks = new TreeMap<>();
        checks.put("messages", deliveredCount);
        checks.put("link states", linkChecks);
        checks.put("active links", routeChecks);
        checks.put("leaks", leakChecks);
        checks.put("events", livesByNumber.stream().mapToLong(life -> life.events.events()).sum());
        return checks;
    }

    /**
     * Demands that a node has counted each datagram that it was given: as received on a link, or by
     * the cause for which it was dropped. That holds if {@link #beforeRemoval} was called where it
     * had to be, and no counters were cleared.
     *
     * @param node watched
     */
    public void requireAllCounted(Knet node) {
        long received = life(node).receivedOnRemoved;
        for (LinkStatus link : node.linkStatuses()) {
            received += received(link);
        }
        Map<DropCause, Long> drops = node.statistics().drops();
        long dropped = 0;
        for (DropCause cause : Nodes.BEFORE_A_LINK_IS_KNOWN) {
            dropped += drops.getOrDefault(cause, 0L);
        }
        long read = network.runtime(node).datagramsRead();
        if (read != received + dropped) {
            throw new AssertionError(
                    read
                            + " datagrams were given to node "
                            + node.nodeId()
                            + ", which counts "
                            + received
                            + " as received and "
                            + dropped
                            + " as dropped: "
                            + drops);
        }
    }

    private Life life(Knet node) {
        return Objects.requireNonNull(lives.get(node), "not watched");
    }

    private BitSet bits(Knet from, Knet to) {
        return delivered.computeIfAbsent(new Pair(life(from), life(to)), _ -> new BitSet());
    }

    // ---- states

    private void afterEvent() {
        if (!unexplained.isEmpty() && network.nanos() > unexplained.getFirst().time) {
            damage(unexplained.removeFirst().what);
        }
        if (violation != null) {
            throw new AssertionError(violation);
        }
        if (network.nanos() < nextStateCheck) {
            return;
        }
        previousStateCheck = lastStateCheck;
        lastStateCheck = network.nanos();
        nextStateCheck = lastStateCheck + stateInterval;
        earlierExpectations = expectations;
        expectations = new HashMap<>();
        for (Life life : livesByNumber) {
            SimRuntime runtime = network.runtime(life.node);
            if (runtime.isAlive() && !runtime.isPaused()) {
                noteHosts(life);
                if (statesChecked) {
                    life.node.hosts().forEach(host -> checkHost(life, host));
                }
            }
        }
    }

    private void checkHost(Life life, Host host) {
        Knet node = life.node;
        routeChecks++;
        List<LinkStatus> links = host.links().stream().map(Link::status).toList();
        HostStatus status = host.status();
        List<LinkStatus> up =
                leastRestrained(
                        status.policy(),
                        links.stream()
                                .filter(link -> link.connected() && link.config().enabled())
                                .toList());
        List<Integer> wanted = up.stream().map(LinkStatus::linkId).toList();
        if (status.policy() == LinkPolicy.PASSIVE && up.size() > 1) {
            LinkStatus best = up.getFirst();
            for (LinkStatus link : up) {
                if (link.config().priority() > best.config().priority()) {
                    best = link;
                }
            }
            wanted = List.of(best.linkId());
        }
        boolean loopback =
                links.stream()
                        .anyMatch(
                                link -> link.config().transport() == LinkConfig.Transport.LOOPBACK);
        if (!loopback
                && (!status.activeLinks().equals(wanted)
                        || status.reachable() == wanted.isEmpty())) {
            throw new AssertionError(
                    "node "
                            + node.nodeId()
                            + ": "
                            + status
                            + ", but links "
                            + wanted
                            + " should be active");
        }
        if (!loopback) {
            checkUse(status, links);
            life.stability.look(previousStateCheck, host.id(), links);
        }
        for (LinkStatus link : links) {
            if (link.config().transport() == LinkConfig.Transport.UDP) {
                checkLink(node, host, link);
                follow(life, link);
            }
        }
    }

    /** Whether a host and its links say the same. */
    private static void checkUse(HostStatus status, List<LinkStatus> links) {
        int smallest = Integer.MAX_VALUE;
        boolean same = true;
        for (LinkStatus link : links) {
            same &= link.active() == status.activeLinks().contains(link.linkId());
            same &= link.active() == (link.use() == LinkUse.IN_USE);
            smallest = link.active() ? Math.min(smallest, link.pathMtu().dataMtu()) : smallest;
        }
        if (!same || (status.reachable() && smallest != status.dataMtu())) {
            throw new AssertionError(status + " contradicts " + links);
        }
    }

    private void follow(Life life, LinkStatus link) {
        LinkKey key = new LinkKey(life.node, link.hostId(), link.linkId());
        watches.computeIfAbsent(key, _ -> new LinkWatch(life.node, life.sent::size))
                .look(
                        network.nanos(),
                        network.runtime(life.node).changedAt(),
                        link,
                        life.events.routeChanges(link.hostId()),
                        life.events.lastDown(link.hostId(), link.linkId()));
    }

    private static List<LinkStatus> leastRestrained(LinkPolicy policy, List<LinkStatus> up) {
        int least =
                up.stream().mapToInt(link -> restraint(policy, link.stability())).min().orElse(0);
        return up.stream().filter(link -> restraint(policy, link.stability()) == least).toList();
    }

    /** How much speaks against a link. */
    private static int restraint(LinkPolicy policy, LinkStability stability) {
        if (stability.suppressed().isPresent()) {
            return 3;
        }
        if (stability.heldDown().isPresent()) {
            return 2;
        }
        return stability.lossy() && policy != LinkPolicy.ACTIVE ? 1 : 0;
    }

    private void checkLink(Knet node, Host host, LinkStatus link) {
        linkChecks++;
        LinkConfig config = link.config();
        InetSocketAddress local = Objects.requireNonNull(config.local());
        InetSocketAddress remote = link.peer().orElse(null);
        if (remote == null) {
            return; // nobody was heard on this dynamic link yet
        }
        SimPath out = network.path(local, remote);
        SimPath back = network.path(remote, local);
        Optional<Knet> peer =
                network.nodes().stream().filter(other -> other.nodeId() == host.id()).findFirst();
        Demand demand = demand(node, link, peer, out, back);
        long elsewhere = Math.max(out.changedAtNanos(), back.changedAtNanos());
        long changed = Math.max(network.runtime(node).changedAt(), elsewhere);
        if (peer.isPresent()) {
            elsewhere = Math.max(elsewhere, network.runtime(peer.get()).changedAt());
        }
        for (Life life : livesByNumber) { // a short one may lie between two looks
            if (life.node.nodeId() == host.id()) {
                elsewhere = Math.max(elsewhere, network.runtime(life.node).changedAt());
            }
        }
        LinkKey key = new LinkKey(node, host.id(), link.linkId());
        checkCalm(key, link, demand, elsewhere);
        long since = Math.max(changed, elsewhere);
        Expectation before = earlierExpectations.get(key);
        long pings = link.statistics().txPing().packets();
        // Fewer pings than before: it is another link, under the same id.
        if (before == null
                || before.demand != demand
                || pings < before.pings
                || !before.config.equals(config)) {
            since = network.nanos();
        } else {
            since = Math.max(since, before.since);
        }
        expectations.put(key, new Expectation(demand, since, pings, link.connected(), config));
        if (before != null
                && !before.connected
                && before.config.equals(config)
                && link.connected()
                && previousStateCheck - changed > config.pingTimeout().toNanos() * 5 / 4
                && isTooSlow(out, back, config)) {
            throw new AssertionError(
                    "link came up although every pong is late: node "
                            + node.nodeId()
                            + ": "
                            + link
                            + "; "
                            + out
                            + "; "
                            + back);
        }
        long age = network.nanos() - since;
        boolean wrong =
                switch (demand) {
                    case UP -> !link.connected() && age > timeToComeUp(link);
                    case DOWN -> link.connected() && age > timeToGoDown(link);
                    case NONE -> false;
                };
        if (wrong) {
            throw new AssertionError(
                    "node "
                            + node.nodeId()
                            + ": link "
                            + link.linkId()
                            + " to host "
                            + host.id()
                            + " should be "
                            + demand
                            + " for "
                            + Duration.ofNanos(age)
                            + ": "
                            + link
                            + "; "
                            + out
                            + "; "
                            + back);
        }
    }

    /**
     * Looks whether a node has taken a link down for what it did itself, such as to stand still.
     */
    private void checkCalm(LinkKey key, LinkStatus link, Demand demand, long changedElsewhere) {
        Calm before = calms.get(key);
        long now = network.nanos();
        long downs = link.statistics().downCount();
        LinkConfig config = link.config();
        if (before == null || demand != Demand.UP || !before.config.equals(config)) {
            calms.put(key, new Calm(now, now, downs, config));
            return;
        }
        LinkEnds ends = LinkEnds.of(key.node, key.host, key.link);
        long since =
                Math.max(
                        Math.max(before.since, changedElsewhere),
                        disabledAt.getOrDefault(ends, SimPath.NEVER));
        calms.put(key, new Calm(since, now, downs, config));
        if (downs > before.downs && before.lookedAt - since > timeToComeUp(link)) {
            throw new AssertionError(
                    "a link went down although all pings were answered: node "
                            + key.node.nodeId()
                            + ": "
                            + link);
        }
    }

    /** Whether no pong comes in time, even by a clock that is a little slow. */
    private static boolean isTooSlow(SimPath out, SimPath back, LinkConfig config) {
        Duration roundTrip = out.conditions().delay().plus(back.conditions().delay());
        return roundTrip.toNanos() > config.pingTimeout().toNanos() * 5 / 4;
    }

    private Demand demand(
            Knet node, LinkStatus link, Optional<Knet> peer, SimPath out, SimPath back) {
        LinkConfig config = link.config();
        if (!config.enabled() || peer.isEmpty()) {
            return Demand.DOWN;
        }
        if (network.isPaused(peer.get())) {
            return Demand.NONE;
        }
        boolean answers =
                peer.get()
                        .host(node.nodeId())
                        .flatMap(host -> host.link(link.linkId()))
                        .filter(other -> answers(peer.get(), other, out))
                        .isPresent();
        if (!answers
                || !node.host(link.hostId())
                        .flatMap(host -> host.link(link.linkId()))
                        .filter(own -> accepts(node, own, out.to()))
                        .isPresent()
                || out.conditions().isCut()
                || back.conditions().isCut()) {
            return Demand.DOWN;
        }
        Duration trip = out.conditions().longestDelay().plus(back.conditions().longestDelay());
        boolean quiet =
                out.conditions().isReliable(PING_PAYLOAD)
                        && back.conditions().isReliable(PING_PAYLOAD)
                        && config.pingInterval()
                                        .plus(trip.multipliedBy(2))
                                        .compareTo(config.pingTimeout())
                                < 0;
        // A dynamic link that has fallen silent waits for its peer's pings.
        return quiet && !config.dynamic() ? Demand.UP : Demand.NONE;
    }

    /**
     * Whether a link answers what comes on a path: a dynamic one if it has its peer there, or looks
     * for it or will do so when it is enabled.
     */
    private static boolean answers(Knet node, Link link, SimPath path) {
        LinkConfig config = link.config();
        Optional<InetSocketAddress> peer = link.status().peer();
        boolean looking = config.dynamic() && (peer.isEmpty() || !config.enabled());
        return Objects.equals(config.local(), path.to())
                && (looking || peer.filter(path.from()::equals).isPresent())
                && accepts(node, link, path.from());
    }

    private static boolean accepts(Knet node, Link link, InetSocketAddress source) {
        return !link.config().dynamic()
                || !node.accessLists()
                || link.accessList().accepts(source.getAddress());
    }

    private long timeToComeUp(LinkStatus link) {
        LinkConfig config = link.config();
        return config.pingInterval().toNanos() * (config.pongCount() + 3)
                + config.pingTimeout().toNanos()
                + 4 * latency(link)
                + stateInterval;
    }

    private long timeToGoDown(LinkStatus link) {
        return link.config().pingTimeout().toNanos() * 5 / 4
                + 4 * latency(link)
                + link.config().pingInterval().toNanos()
                + 2 * stateInterval;
    }

    private static long latency(LinkStatus link) {
        return link.statistics().latencyMax().orElse(Duration.ZERO).toNanos();
    }

    // ---- the end

    /**
     * Lets what is under way arrive, removes all hosts from all watched nodes that are alive, and
     * demands that events have told how all is, before and after, and that no timer, socket or
     * buffer is left. Closes the nodes then.
     */
    public void finish() {
        finish(Duration.ofSeconds(1));
    }

    /**
     * As {@link #finish()}, with another time for what is under way to arrive.
     *
     * @param patience for that
     */
    public void finish(Duration patience) {
        for (Knet node : network.nodes()) {
            if (lives.containsKey(node) && network.isPaused(node)) {
                network.resume(node);
            }
        }
        network.advance(patience);
        compareEvents();
        for (Knet node : network.nodes()) {
            if (lives.containsKey(node)) {
                node.hosts().forEach(Host::remove);
            }
        }
        network.advance(Duration.ofSeconds(1));
        compareEvents();
        for (Knet node : network.nodes()) {
            if (lives.containsKey(node)) {
                requireNothingLeft(node);
            }
        }
    }

    private void compareEvents() {
        for (Knet node : network.nodes()) {
            if (lives.containsKey(node)) {
                life(node).events.compare();
            }
        }
        if (violation != null) {
            throw new AssertionError(violation);
        }
    }

    private void requireNothingLeft(Knet node) {
        leakChecks++;
        Optional<String> leak = Nodes.leak(node);
        SimRuntime runtime = network.runtime(node);
        if (leak.isPresent() || runtime.openSockets() > 0 || runtime.hasTimer()) {
            throw new AssertionError(
                    "node "
                            + node.nodeId()
                            + " leaks: "
                            + leak.orElse("")
                            + ", sockets: "
                            + runtime.openSockets()
                            + ", timer set: "
                            + runtime.hasTimer());
        }
        node.close();
    }
}
