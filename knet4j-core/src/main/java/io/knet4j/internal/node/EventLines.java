package io.knet4j.internal.node;

import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.LinkDownCause;
import io.knet4j.LogSubsystem;
import io.knet4j.Reason;
import io.knet4j.internal.engine.ReportLimit;
import io.knet4j.internal.engine.Words;
import io.knet4j.internal.transport.Addresses;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Events as lines of the log: one line for each change, with its cause. Failures that repeat
 * themselves get a line at once and then at most one per minute, which says how many there were.
 * Used by one thread.
 */
final class EventLines {
    private static final long INTERVAL = Duration.ofMinutes(1).toNanos();
    private static final int MAX_LIMITS = 1000;

    private final NodeLog log;
    private final Map<Object, ReportLimit> limits = new HashMap<>();

    EventLines(NodeLog log) {
        this.log = log;
    }

    /**
     * Writes the line of an event, if it has one.
     *
     * @param host the event's host as it is to be called, empty when it has none
     */
    void write(long now, KnetEvent event, String host) {
        LogSubsystem subsystem = subsystem(event);
        System.Logger.Level level = level(event);
        if (!log.isLogged(subsystem, level)) {
            return;
        }
        long times = timesToTell(now, event);
        String text = times == 0 ? "" : text(event, host, times);
        if (text.isEmpty()) {
            return;
        }
        Throwable thrown = thrown(event);
        if (thrown == null) {
            log.write(subsystem, level, text, event);
        } else {
            log.write(subsystem, level, text, thrown);
        }
    }

    /** The host that an event is about, -1 when it is about none or does not know it by name. */
    static int host(KnetEvent event) {
        return switch (event) {
            case KnetEvent.LinkUp e -> e.host();
            case KnetEvent.LinkDown e -> e.host();
            case KnetEvent.LinkHeldDown e -> e.host();
            case KnetEvent.LinkSuppressed e -> e.host();
            case KnetEvent.LinkLossy e -> e.host();
            case KnetEvent.LinkReleased e -> e.host();
            case KnetEvent.PeerAddressChanged e -> e.host();
            case KnetEvent.HostReachable e -> e.host();
            case KnetEvent.HostUnreachable e -> e.host();
            case KnetEvent.HostRestarted e -> e.host();
            case KnetEvent.ActiveLinksChanged e -> e.host();
            case KnetEvent.DataMtuChanged e -> e.host();
            case KnetEvent.PathMtuChanged e -> e.host();
            case KnetEvent.PathMtuDiffers e -> e.host();
            case KnetEvent.CryptoMismatch e -> e.host();
            case KnetEvent.ZstdWithheld e -> e.host();
            case KnetEvent.NodeStalled _,
                    KnetEvent.SocketError _,
                    KnetEvent.SendFailed _,
                    KnetEvent.ReceiveQueueFull _,
                    KnetEvent.HandlerFailed _,
                    KnetEvent.FilterFailed _,
                    KnetEvent.OnWireVersionChanged _ ->
                    -1;
        };
    }

    private static LogSubsystem subsystem(KnetEvent event) {
        return switch (event) {
            case KnetEvent.LinkUp _,
                    KnetEvent.LinkDown _,
                    KnetEvent.LinkHeldDown _,
                    KnetEvent.LinkSuppressed _,
                    KnetEvent.LinkLossy _,
                    KnetEvent.LinkReleased _,
                    KnetEvent.PeerAddressChanged _ ->
                    LogSubsystem.LINK;
            case KnetEvent.NodeStalled _ -> LogSubsystem.HEARTBEAT;
            case KnetEvent.HostReachable _,
                    KnetEvent.HostUnreachable _,
                    KnetEvent.HostRestarted _,
                    KnetEvent.ActiveLinksChanged _ ->
                    LogSubsystem.HOST;
            case KnetEvent.DataMtuChanged _,
                    KnetEvent.PathMtuChanged _,
                    KnetEvent.PathMtuDiffers _ ->
                    LogSubsystem.PMTUD;
            case KnetEvent.SocketError _ -> LogSubsystem.TRANSPORT;
            case KnetEvent.SendFailed _ -> LogSubsystem.TX;
            case KnetEvent.ReceiveQueueFull _, KnetEvent.HandlerFailed _ -> LogSubsystem.RX;
            case KnetEvent.FilterFailed _ -> LogSubsystem.FILTER;
            case KnetEvent.CryptoMismatch _ -> LogSubsystem.CRYPTO;
            case KnetEvent.ZstdWithheld _ -> LogSubsystem.COMPRESS;
            case KnetEvent.OnWireVersionChanged _ -> LogSubsystem.HANDLE;
        };
    }

    private static System.Logger.Level level(KnetEvent event) {
        return switch (event) {
            case KnetEvent.LinkDown down when down.cause() == LinkDownCause.DISABLED ->
                    System.Logger.Level.INFO;
            case KnetEvent.LinkDown _,
                    KnetEvent.LinkSuppressed _,
                    KnetEvent.LinkLossy _,
                    KnetEvent.NodeStalled _,
                    KnetEvent.HostUnreachable _,
                    KnetEvent.SocketError _,
                    KnetEvent.SendFailed _,
                    KnetEvent.ReceiveQueueFull _,
                    KnetEvent.HandlerFailed _,
                    KnetEvent.FilterFailed _,
                    KnetEvent.CryptoMismatch _,
                    KnetEvent.PathMtuDiffers _,
                    KnetEvent.ZstdWithheld _ ->
                    System.Logger.Level.WARNING;
            case KnetEvent.LinkUp _,
                    KnetEvent.LinkHeldDown _,
                    KnetEvent.LinkReleased _,
                    KnetEvent.PeerAddressChanged _,
                    KnetEvent.HostReachable _,
                    KnetEvent.HostRestarted _,
                    KnetEvent.ActiveLinksChanged _,
                    KnetEvent.PathMtuChanged _,
                    KnetEvent.OnWireVersionChanged _ ->
                    System.Logger.Level.INFO;
            case KnetEvent.DataMtuChanged _ -> System.Logger.Level.DEBUG;
        };
    }

    /** How often it happened since the last line; 0 when it is too early for the next one. */
    private long timesToTell(long now, KnetEvent event) {
        return switch (event) {
            case KnetEvent.SendFailed e -> times(now, List.of("tx", e.reason()), e.messages());
            case KnetEvent.ReceiveQueueFull e ->
                    times(now, List.of("queue", e.channel()), e.messages());
            case KnetEvent.SocketError e ->
                    times(now, List.of("socket", e.local(), e.reason(), e.message()), 1);
            case KnetEvent.HandlerFailed e ->
                    times(now, List.of("handler", e.channel(), e.error().getClass()), 1);
            case KnetEvent.FilterFailed e ->
                    times(now, List.of("filter", e.outgoing(), e.error().getClass()), 1);
            case KnetEvent.NodeStalled e -> times(now, "stall", e.times());
            default -> 1;
        };
    }

    private long times(long now, Object kind, long more) {
        if (limits.size() == MAX_LIMITS && !limits.containsKey(kind)) {
            limits.clear();
        }
        ReportLimit limit = limits.computeIfAbsent(kind, _ -> new ReportLimit(INTERVAL));
        limit.add(more);
        return limit.isDue(now) ? limit.take(now) : 0;
    }

    private static String text(KnetEvent event, String host, long times) {
        return switch (event) {
            case KnetEvent.LinkUp e ->
                    link(e.link(), host) + " is up, latency " + Words.time(e.latency());
            case KnetEvent.LinkDown e -> link(e.link(), host) + " is down: " + cause(e);
            case KnetEvent.LinkHeldDown e ->
                    link(e.link(), host)
                            + " came up again and is held down for "
                            + Words.time(e.time());
            case KnetEvent.LinkSuppressed e ->
                    link(e.link(), host)
                            + " went down too often and is suppressed for "
                            + Words.time(e.time())
                            + ": it has a penalty of "
                            + e.penalty();
            case KnetEvent.LinkLossy e ->
                    link(e.link(), host)
                            + " loses too much: "
                            + e.loss().lost()
                            + " of "
                            + e.loss().pings()
                            + " pings were not answered";
            case KnetEvent.LinkReleased e ->
                    link(e.link(), host)
                            + switch (e.restraint()) {
                                case LOSSY -> " does not lose too much any more";
                                case HELD_DOWN -> " is not held down any more";
                                case SUPPRESSED -> " is not suppressed any more";
                            };
            case KnetEvent.PeerAddressChanged e ->
                    link(e.link(), host)
                            + " has its peer at "
                            + Addresses.text(e.after())
                            + e.before()
                                    .map(before -> ", before at " + Addresses.text(before))
                                    .orElse("");
            case KnetEvent.NodeStalled e ->
                    "this node did nothing for "
                            + Words.time(e.longest())
                            + ", since it was stopped or had no processor"
                            + repeated(times);
            case KnetEvent.HostReachable _ -> host + " is reachable";
            case KnetEvent.HostUnreachable _ -> host + " is not reachable: no link to it is up";
            case KnetEvent.HostRestarted _ ->
                    host + " was restarted: it counts its messages from the start again";
            // No links: the host is not reachable, which is a line of its own.
            case KnetEvent.ActiveLinksChanged e ->
                    e.links().isEmpty() ? "" : "messages to " + host + " take " + links(e.links());
            case KnetEvent.DataMtuChanged e ->
                    "messages to " + host + " have a data MTU of " + e.dataMtu() + " bytes now";
            case KnetEvent.PathMtuChanged e ->
                    link(e.link(), host)
                            + " takes packets of "
                            + e.pathMtu().packetBytes()
                            + " bytes: "
                            + e.pathMtu().limit().explanation();
            case KnetEvent.PathMtuDiffers e ->
                    link(e.link(), host)
                            + " takes packets of "
                            + e.sentPacketBytes()
                            + " bytes, but packets of "
                            + e.receivedPacketBytes()
                            + " bytes come the other way";
            case KnetEvent.SocketError e ->
                    "socket "
                            + Addresses.text(e.local())
                            + ": "
                            + e.message()
                            + ": "
                            + words(e.reason())
                            + repeated(times);
            case KnetEvent.SendFailed e ->
                    times
                            + " message(s) not sent, the last one on channel "
                            + e.channel()
                            + ": "
                            + words(e.reason());
            case KnetEvent.ReceiveQueueFull e ->
                    times
                            + " received message(s) lost on channel "
                            + e.channel()
                            + ": its consumer is too slow";
            case KnetEvent.HandlerFailed e ->
                    "the handler of channel "
                            + e.channel()
                            + " failed at a message of host "
                            + e.source()
                            + repeated(times);
            case KnetEvent.FilterFailed e ->
                    "the filter failed at "
                            + (e.outgoing() ? "a message to send" : "a received message")
                            + repeated(times);
            case KnetEvent.CryptoMismatch e ->
                    host + " cannot be understood on link " + e.link() + ": " + e.finding();
            case KnetEvent.ZstdWithheld _ ->
                    "messages to "
                            + host
                            + " go uncompressed: it compresses by another method, and libknet"
                            + " crashes on zstd unless it is configured there";
            case KnetEvent.OnWireVersionChanged e ->
                    "packets have format version " + e.version().current() + " now";
        };
    }

    private static String link(int link, String host) {
        return "link " + link + " to " + host;
    }

    private static String cause(KnetEvent.LinkDown down) {
        return switch (down.cause()) {
            case PING_TIMEOUT -> "no pong for " + Words.time(down.silence());
            case DISABLED -> "it was disabled or removed";
            case TRANSPORT_ERROR ->
                    "the network reports that the host cannot be reached, and no pong for "
                            + Words.time(down.silence());
        };
    }

    private static String links(List<Integer> links) {
        return links.stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", links.size() == 1 ? "link " : "links ", ""));
    }

    private static String repeated(long times) {
        return times == 1 ? "" : " (" + times + " times since the last such line)";
    }

    private static String words(Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static @Nullable Throwable thrown(KnetEvent event) {
        return switch (event) {
            case KnetEvent.HandlerFailed failed -> failed.error();
            case KnetEvent.FilterFailed failed -> failed.error();
            default -> null;
        };
    }
}
