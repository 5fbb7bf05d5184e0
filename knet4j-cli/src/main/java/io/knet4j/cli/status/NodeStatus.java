package io.knet4j.cli.status;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is known about a running node. What {@code knet status --json} prints is this
 * record: fields are called as here, in lower case with underscores between the words; units are in
 * their names; what is not known is null; names of constants are in lower case with hyphens. Fields
 * may be added without notice; {@code status_version} changes when one is taken away or gets
 * another meaning.
 *
 * @param statusVersion 1
 * @param time when this was so, as in {@code 2026-01-02T03:04:05.678Z}
 * @param hosts in order of their ids
 */
public record NodeStatus(
        int statusVersion, String time, Node node, List<Host> hosts, Counters counters) {

    /** The version of this form. */
    public static final int VERSION = 1;

    public NodeStatus {
        hosts = List.copyOf(hosts);
    }

    /**
     * The node itself.
     *
     * @param name null if the file gives it none
     * @param cluster null if the file gives it no name
     * @param started as {@code time}
     * @param knetVersion of the program
     * @param forwarding whether messages are carried
     * @param interfaceMtuBytes null if it is not set by hand
     * @param accessLists whether strangers are kept from links that learn their peer's address
     * @param dscp differentiated services code point of packets, 0 to 63
     * @param compression null if there is none
     * @param flapControl null if it is off
     */
    public record Node(
            int id,
            @Nullable String name,
            @Nullable String cluster,
            String configFile,
            long pid,
            String knetVersion,
            String started,
            double uptimeMs,
            boolean forwarding,
            @Nullable Integer interfaceMtuBytes,
            double pathMtuIntervalMs,
            boolean accessLists,
            int dscp,
            Crypto crypto,
            @Nullable Compression compression,
            @Nullable FlapControl flapControl) {}

    /**
     * Encryption and authentication.
     *
     * @param sendingSlot the slot that seals what is sent, 1 or 2; 0 if it is sent clear
     * @param clearAccepted whether clear packets are accepted
     * @param clearPacketsReceived since the node was started
     * @param slots those that are set: each opens what was sealed with its key
     */
    public record Crypto(
            int sendingSlot, boolean clearAccepted, long clearPacketsReceived, List<Slot> slots) {
        public Crypto {
            slots = List.copyOf(slots);
        }
    }

    /**
     * A key and how it is used.
     *
     * @param packetsOpened since the slot was set
     */
    public record Slot(int number, String cipher, String hash, int keyBytes, long packetsOpened) {}

    /**
     * How messages are compressed.
     *
     * @param thresholdBytes messages of up to so many bytes are not
     */
    public record Compression(String method, int level, int thresholdBytes) {}

    /**
     * How links are avoided that come and go, or lose much.
     *
     * @param holdDownMs how long a link has to be up again; 0 if that does not matter
     * @param damping null if there is none
     * @param lossLimit null if there is none
     */
    public record FlapControl(
            double holdDownMs, @Nullable Damping damping, @Nullable LossLimit lossLimit) {}

    /**
     * How links are suppressed that go down too often.
     *
     * @param penalty each time
     */
    public record Damping(
            int penalty,
            double halfLifeMs,
            int suppressAbove,
            int reuseBelow,
            double longestSuppressionMs) {}

    /** How much links may lose of their last pings. */
    public record LossLimit(int avoidAbovePercent, int returnAtPercent, int pings) {}

    /**
     * Another node of the cluster.
     *
     * @param reachable whether at least one link is up
     * @param policy {@code passive}, {@code active} or {@code round-robin}
     * @param activeLinks the links that carry messages now
     * @param dataMtuBytes smallest {@code mtu.data_bytes} of the links that carry messages now
     * @param onwireVersion of its last ping; 0 before the first
     * @param onwireMaxVersion the highest that it supports; 0 before its first ping
     * @param links in order of their ids
     */
    public record Host(
            int id,
            String name,
            boolean reachable,
            String policy,
            List<Integer> activeLinks,
            int dataMtuBytes,
            int onwireVersion,
            int onwireMaxVersion,
            List<Link> links) {
        public Host {
            activeLinks = List.copyOf(activeLinks);
            links = List.copyOf(links);
        }
    }

    /**
     * A way to a host.
     *
     * @param transport {@code udp} or {@code loopback}
     * @param enabled whether the operator lets it be used
     * @param up whether enough pongs came, and none is overdue
     * @param use whether messages take it, and if not, why not: {@code in-use}, {@code standby},
     *     {@code held-down}, {@code suppressed}, {@code coming-up}, {@code down}, {@code
     *     no-answer}, {@code disabled}, or "lossy" when it loses too much
     * @param explanation the same in words
     * @param local address and port of this end; null for loopback
     * @param remote configured address and port of the other end; null for loopback, and if it is
     *     learned from who calls
     * @param peer where packets go now; null for loopback, and before it was learned
     * @param priority 0 to 255, the highest counts with policy {@code passive}
     * @param pongCount so many pongs, and one more, bring it up
     * @param headerBytes of a packet: of IP, UDP and knet, salt and signature
     */
    public record Link(
            int id,
            String transport,
            boolean enabled,
            boolean up,
            String use,
            String explanation,
            @Nullable Address local,
            @Nullable Address remote,
            @Nullable Address peer,
            int priority,
            double pingIntervalMs,
            double pingTimeoutMs,
            int pingPrecision,
            int pongCount,
            @Nullable Double sinceLastPongMs,
            Latency latency,
            Loss loss,
            Stability stability,
            Mtu mtu,
            int headerBytes,
            Changes changes,
            Traffic sent,
            Traffic received,
            Failures failures) {}

    /** One end of a link. */
    public record Address(String ip, int port) {}

    /**
     * Round trip times of the pings since the link was added.
     *
     * @param nowMs smoothed
     * @param histogram those that have samples of the buckets from 0 to 0.001 ms, to 0.002 ms, to
     *     0.004 ms and so on
     */
    public record Latency(
            @Nullable Double nowMs,
            @Nullable Double minMs,
            @Nullable Double averageMs,
            @Nullable Double maxMs,
            long samples,
            List<Bucket> histogram) {
        public Latency {
            histogram = List.copyOf(histogram);
        }
    }

    /** Round trip times of similar length. */
    public record Bucket(double fromMs, double toMs, long samples) {}

    /**
     * What became of the last pings, 64 at most.
     *
     * @param lost how many of them were not answered
     */
    public record Loss(double percent, int pings, int lost) {}

    /**
     * What speaks against the link.
     *
     * @param heldDownMs how much longer it is held down; null if it is not
     * @param penalty what is left of those for going down
     * @param suppressedMs how much longer it is suppressed; null if it is not
     * @param lossy whether it loses too much
     */
    public record Stability(
            @Nullable Double heldDownMs,
            int penalty,
            @Nullable Double suppressedMs,
            boolean lossy) {}

    /**
     * How large packets are, and why.
     *
     * @param outBytes largest IP packet that is sent
     * @param inBytes largest IP packet that arrives from the peer; null while that is not known
     * @param dataBytes bytes of a message that libknet would put into such a packet, which it calls
     *     the MTU of a link
     * @param fragmentBytes bytes of a message that knet4j puts into it
     * @param limitedBy why packets are not larger: {@code not-probed-yet}, {@code interface},
     *     {@code path}, {@code peer}, {@code manual} or {@code protocol}
     * @param explanation the same in words
     * @param failedBytes smallest IP packet that is known not to pass; null if none is
     * @param searching whether larger ones are being tried
     */
    public record Mtu(
            int outBytes,
            @Nullable Integer inBytes,
            int dataBytes,
            int fragmentBytes,
            String limitedBy,
            String explanation,
            @Nullable Integer failedBytes,
            boolean searching) {}

    /**
     * How often it came up and went down since it was added, and when, the last 16 times, latest
     * first.
     *
     * @param sinceLastMs time since the last change; null if there was none
     */
    public record Changes(
            long ups,
            long downs,
            @Nullable Double sinceLastMs,
            List<String> upTimes,
            List<String> downTimes) {
        public Changes {
            upTimes = List.copyOf(upTimes);
            downTimes = List.copyOf(downTimes);
        }
    }

    /** Packets by what is in them. Bytes are those of UDP payload. */
    public record Traffic(Packets data, Packets ping, Packets pong, Packets pmtud) {}

    /** A number of packets. */
    public record Packets(long packets, long bytes) {}

    /** Packets that did not go out at the first attempt, by what is in them. */
    public record Failures(Failure data, Failure ping, Failure pong, Failure pmtud) {}

    /**
     * Packets that did not go out at the first attempt.
     *
     * @param errors given up
     * @param retries further attempts
     */
    public record Failure(long errors, long retries) {}

    /**
     * What became of messages and packets since the node was started.
     *
     * @param messagesNotSent by reason
     * @param drops received packets and messages that were dropped, by cause
     * @param eventsLost because the output was too slow
     * @param stalls how long the node did nothing although it had to, each time from 10 ms on
     */
    public record Counters(
            long messagesSent,
            long messagesDelivered,
            Map<String, Long> messagesNotSent,
            Map<String, Long> drops,
            long eventsLost,
            CryptoCounters crypto,
            CompressionCounters compression,
            Times stalls) {
        public Counters {
            messagesNotSent = new TreeMap<>(messagesNotSent);
            drops = new TreeMap<>(drops);
        }
    }

    /**
     * What encryption and authentication did.
     *
     * @param sentOverheadBytes added to packets with parts of messages
     */
    public record CryptoCounters(
            long sentPackets,
            long sentOverheadBytes,
            Times sealing,
            long receivedPackets,
            Times opening) {}

    /** How long something took, each time that it was measured. */
    public record Times(
            long samples,
            @Nullable Double minUs,
            @Nullable Double averageUs,
            @Nullable Double maxUs) {}

    /**
     * What compression did, in messages and their bytes.
     *
     * @param sentNotSmaller sent as they were, since compression made them no smaller
     * @param sentFailed sent as they were, since the compressor failed
     * @param sentUncompressed all that were sent as they were although a method is chosen
     */
    public record CompressionCounters(
            long sentCompressed,
            long sentOriginalBytes,
            long sentCompressedBytes,
            long sentNotSmaller,
            long sentFailed,
            long sentUncompressed,
            Times compressing,
            long receivedCompressed,
            long receivedCompressedBytes,
            long receivedOriginalBytes,
            long receivedFailed,
            Times decompressing) {}
}
