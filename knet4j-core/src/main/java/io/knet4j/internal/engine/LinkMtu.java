package io.knet4j.internal.engine;

import io.knet4j.MtuLimit;
import io.knet4j.PathMtu;
import io.knet4j.internal.onwire.MtuArithmetic;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The size of packets on a link, and the search for it, without time and packets: {@link
 * PathMtuProber} sends the probes of each {@link #round}, tells what became of them, and calls
 * {@link #endRound}.
 *
 * <p>A search probes the usual sizes at once, and then, until a size that passes and the next one
 * that does not are neighbours, sizes spread evenly between the largest one that was answered and
 * the smallest one that was not. A size counts as lost when it was missed twice in rounds in which
 * others were answered, and more often on a path that loses others, too, so that neither a lossy
 * path nor a peer that is held up looks like a small MTU. Later rounds are confirmations: of the
 * size in use, and that the next one still does not pass; or that a peer that answers nothing still
 * does so.
 */
final class LinkMtu {
    /** IP packets on Ethernet and what is built on it, FDDI, jumbo frames. */
    private static final int[] USUAL_PACKETS = {
        576, 1280, 1400, 1420, 1450, 1492, 1500, 4352, 9000
    };

    private static final int SPREAD = 8;

    /** How often a size is missed that does not pass. */
    private static final int ENOUGH_MISSES = 2;

    /** The same for the size that is in use. */
    private static final int ENOUGH_MISSES_OF_KNOWN = 3;

    /** How much more often on a path that loses others, too. */
    private static final int LOSSY = 2;

    /** How many rounds without loss make a path one that loses nothing. */
    private static final int ROUNDS_OF_LOSS = 50;

    private static final int MAX_ROUNDS = 40;

    /** How many rounds in a row may stay without any answer. */
    private static final int MAX_SILENT_ROUNDS = 5;

    /** The same when something is known to pass: by then the link has gone down mostly. */
    private static final int MAX_SILENT_ROUNDS_OF_KNOWN = 8;

    private static final int MAX_DOUBLINGS = 3;

    private MtuRange range;
    private Phase phase = Phase.OFF;
    private MtuEvidence evidence;
    private ProbeRound round = new ProbeRound(new TreeSet<>());
    private int rounds;
    private int silentRounds;
    private int roundsOfLoss;
    private int patience = 1;
    private boolean restarted;

    private int packetBytes;
    private int failedPacket;
    private int lastFound;
    private MtuLimit limit = MtuLimit.NOT_PROBED_YET;

    private enum Phase {
        /** Nothing is to be found out: the link is down, or its MTU is set by hand. */
        OFF,
        SEARCHING,
        CONFIRMING,
        SETTLED
    }

    LinkMtu(MtuRange range) {
        this.range = range;
        evidence = new MtuEvidence(range);
        packetBytes = range.packetBytes(range.smallest());
    }

    // ---- what is known

    /** Bytes of a message per packet, as libknet counts. */
    int dataMtu() {
        return range.dataMtu(packetBytes);
    }

    int packetBytes() {
        return packetBytes;
    }

    MtuRange range() {
        return range;
    }

    MtuLimit limit() {
        return limit;
    }

    boolean isOn() {
        return phase != Phase.OFF;
    }

    boolean isProbing() {
        return phase == Phase.SEARCHING || phase == Phase.CONFIRMING;
    }

    boolean isSettled() {
        return phase == Phase.SETTLED;
    }

    /** Whether probes were answered, and the largest size that passes is found. */
    boolean isFound() {
        return phase == Phase.SETTLED && limit != MtuLimit.PEER;
    }

    /**
     * @param received size of the packets that pass towards us, 0 when it is not known
     */
    PathMtu snapshot(int received) {
        int dataMtu = dataMtu();
        return new PathMtu(
                packetBytes,
                dataMtu,
                MtuArithmetic.fragmentBytes(dataMtu),
                limit,
                failedPacket == 0 ? OptionalInt.empty() : OptionalInt.of(failedPacket),
                received == 0 ? OptionalInt.empty() : OptionalInt.of(received),
                phase == Phase.SEARCHING);
    }

    // ---- what happens to the link

    /** The link is down, or must not be probed: packets get the size that every path takes. */
    void stop() {
        phase = Phase.OFF;
        use(range.smallest());
        limit = MtuLimit.NOT_PROBED_YET;
        failedPacket = 0;
    }

    /** The MTU of the interface is set by hand. */
    void setInterface(int mtu) {
        phase = Phase.OFF;
        use(range.dataMtu(mtu));
        limit = MtuLimit.MANUAL;
        failedPacket = 0;
    }

    /** Packets are sealed otherwise from now on: those that passed so far still do. */
    void setRange(MtuRange changed) {
        boolean smallest = dataMtu() == range.smallest();
        range = changed;
        use(smallest ? range.smallest() : dataMtu());
        failedPacket = 0;
    }

    /**
     * This machine refused to send a packet. Returns false when it was larger than what is in use
     * now, so that it says nothing new.
     */
    boolean refuse(int packet) {
        if (phase == Phase.OFF || packet > packetBytes || dataMtu() == range.smallest()) {
            return false;
        }
        lastFound = 0;
        search();
        evidence.refused(range.dataMtuFrom(packet));
        fallBack();
        round = firstRound();
        return true;
    }

    // ---- the search

    /** Starts to find out anew what passes. */
    void search() {
        phase = Phase.SEARCHING;
        restarted = false;
        clear();
        round = firstRound();
    }

    private void clear() {
        evidence = new MtuEvidence(range);
        rounds = 0;
        silentRounds = 0;
        patience = 1;
    }

    /** Starts to find out whether what is in use still passes, and nothing larger. */
    void confirm() {
        phase = Phase.CONFIRMING;
        clear();
        SortedSet<Integer> sizes = new TreeSet<>();
        sizes.add(range.smallest());
        addWithNext(sizes, dataMtu());
        round = new ProbeRound(sizes);
    }

    private ProbeRound firstRound() {
        int inUse = dataMtu();
        SortedSet<Integer> sizes = new TreeSet<>();
        for (int packet : USUAL_PACKETS) {
            int size = range.dataMtu(packet);
            if (size > inUse) {
                sizes.add(size);
            }
        }
        sizes.add(range.smallest());
        sizes.add(range.largest());
        addWithNext(sizes, inUse);
        if (lastFound > 0) {
            addWithNext(sizes, range.dataMtu(lastFound));
        }
        return new ProbeRound(sizes.headSet(evidence.bad()));
    }

    private void addWithNext(SortedSet<Integer> sizes, int size) {
        sizes.add(size);
        if (size < range.largest()) {
            sizes.add(size + range.step());
        }
    }

    /** The probes to send, or that were sent. */
    ProbeRound round() {
        return round;
    }

    /** How many times longer than usual to wait for answers in this round. */
    int patience() {
        return patience << Math.min(silentRounds, MAX_DOUBLINGS);
    }

    /** The packet of this size passes. */
    void answered(int packet) {
        int size = range.dataMtu(packet);
        evidence.answered(size);
        round.answered(size);
    }

    /** This machine does not send a probe of that size. */
    void refused(int size) {
        evidence.refused(size);
        round.refused(size);
    }

    /** The round is over, by answers or by time: comes to a result, or prepares the next round. */
    void endRound() {
        rounds++;
        roundsOfLoss =
                round.hasLoss() || round.isSilent() || evidence.hasLoss()
                        ? ROUNDS_OF_LOSS
                        : Math.max(0, roundsOfLoss - 1);
        if (round.isSilent()) {
            silentRounds++; // says something of the peer, but nothing of sizes
        } else {
            silentRounds = 0;
            round.tellMissed(evidence);
        }
        if (phase == Phase.CONFIRMING) {
            continueConfirmation();
        } else {
            continueSearch();
        }
    }

    private int enough(int misses) {
        return roundsOfLoss > 0 ? LOSSY * misses : misses;
    }

    private void continueConfirmation() {
        int known = dataMtu();
        if (limit == MtuLimit.PEER) {
            if (evidence.hasAnswer()) {
                search();
            } else {
                phase = Phase.SETTLED;
            }
        } else if (evidence.good() > known) {
            lastFound = range.packetBytes(evidence.good());
            search();
        } else if (evidence.good() == known && evidence.bad() > known + range.step()) {
            phase = Phase.SETTLED; // nothing came of the next size: it is as it was
        } else if (evidence.good() == known) {
            settle();
        } else if (evidence.excludes(known, enough(ENOUGH_MISSES_OF_KNOWN))) {
            MtuEvidence before = evidence;
            lastFound = 0;
            search();
            evidence = before;
            fallBack();
            round = firstRound();
        } else if (silentRounds >= maxSilentRounds()) {
            settle();
        } else {
            SortedSet<Integer> again = new TreeSet<>();
            again.add(range.smallest());
            again.add(known);
            round = new ProbeRound(again);
            patience = silentRounds == 0 ? 2 : 1;
        }
    }

    private int maxSilentRounds() {
        return dataMtu() > range.smallest() ? MAX_SILENT_ROUNDS_OF_KNOWN : MAX_SILENT_ROUNDS;
    }

    private void continueSearch() {
        if (evidence.excludes(dataMtu(), enough(ENOUGH_MISSES))) {
            fallBack();
        }
        if (silentRounds >= maxSilentRounds() && evidence.hasAnswer() && !restarted) {
            restarted = true; // it may be that what was answered first does not pass any more
            clear();
            round = firstRound();
        } else if (silentRounds >= maxSilentRounds() || rounds >= MAX_ROUNDS) {
            settle();
        } else if (!evidence.hasAnswer() && evidence.refused() > range.smallest()) {
            round = firstRound();
        } else {
            narrow();
        }
    }

    private void narrow() {
        int good = evidence.good();
        int bad = evidence.bad();
        int steps = (bad - good) / range.step();
        boolean sure =
                evidence.missesOfBad() == 0 || evidence.missesOfBad() >= enough(ENOUGH_MISSES);
        if (steps <= 1 && sure) {
            settle();
            return;
        }
        if (!round.isOver() && good >= dataMtu() + dataMtu() / 4) {
            use(good); // the result may take a while yet
        }
        SortedSet<Integer> sizes = new TreeSet<>();
        sizes.add(good); // so that losses can be told from a peer that is held up
        int spread = Math.min(SPREAD, steps - 1);
        for (int i = 1; i <= spread; i++) {
            sizes.add(good + range.step() * (i == 1 ? 1 : steps * i / (spread + 1)));
        }
        if (!sure) {
            sizes.add(bad);
        }
        round = new ProbeRound(sizes);
        patience = steps <= 1 ? 2 : 1;
    }

    /** What is in use does not pass any more. */
    private void fallBack() {
        failedPacket = range.packetBytes(evidence.bad());
        limit = evidence.missesOfBad() == 0 ? MtuLimit.INTERFACE : MtuLimit.PATH;
        use(Math.max(range.smallest(), evidence.good()));
    }

    private void settle() {
        phase = Phase.SETTLED;
        failedPacket = 0;
        if (!evidence.hasAnswer() && evidence.refused() > range.smallest()) {
            limit = MtuLimit.PEER;
            use(range.smallest());
            return;
        }
        use(Math.max(range.smallest(), evidence.good()));
        lastFound = packetBytes;
        if (evidence.good() >= range.largest()) {
            limit = MtuLimit.PROTOCOL;
            return;
        }
        failedPacket = range.packetBytes(evidence.bad());
        limit = evidence.missesOfBad() == 0 ? MtuLimit.INTERFACE : MtuLimit.PATH;
    }

    private void use(int dataMtu) {
        packetBytes = range.packetBytes(dataMtu);
    }
}
