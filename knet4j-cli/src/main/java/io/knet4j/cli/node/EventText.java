package io.knet4j.cli.node;

import io.knet4j.KnetEvent;
import io.knet4j.Reason;
import io.knet4j.cli.Millis;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Events in words. */
final class EventText {

    private final HostNames names;

    EventText(HostNames names) {
        this.names = names;
    }

    /** One line, empty when another event says the same. */
    Optional<String> of(KnetEvent event) {
        return Optional.of(
                        switch (event) {
                            case KnetEvent.LinkUp e ->
                                    link(e.link(), e.host())
                                            + " is up, latency "
                                            + Millis.text(e.latency());
                            case KnetEvent.LinkDown e ->
                                    link(e.link(), e.host()) + " is down: " + cause(e);
                            case KnetEvent.LinkHeldDown e ->
                                    link(e.link(), e.host())
                                            + " came up again and is held down for "
                                            + Millis.text(e.time());
                            case KnetEvent.LinkSuppressed e ->
                                    link(e.link(), e.host())
                                            + " went down too often and is suppressed for "
                                            + Millis.text(e.time());
                            case KnetEvent.LinkLossy e ->
                                    link(e.link(), e.host())
                                            + " loses too much: "
                                            + e.loss().lost()
                                            + " of "
                                            + TextReporter.count(e.loss().pings(), "ping");
                            case KnetEvent.LinkReleased e ->
                                    link(e.link(), e.host()) + released(e.restraint());
                            case KnetEvent.NodeStalled e ->
                                    "this node did nothing for "
                                            + Millis.text(e.longest())
                                            + ": it was stopped or had no processor";
                            case KnetEvent.PeerAddressChanged e ->
                                    link(e.link(), e.host())
                                            + e.before()
                                                    .map(before ->
                                                            " moved from "
                                                                    + address(before)
                                                                    + " to ")
                                                    .orElse(" found its peer at ")
                                            + address(e.after());
                            case KnetEvent.HostReachable e ->
                                    names.text(e.host()) + " is reachable";
                            case KnetEvent.HostUnreachable e ->
                                    names.text(e.host()) + " is unreachable: all links are down";
                            case KnetEvent.HostRestarted e ->
                                    names.text(e.host()) + " was restarted";
                            // No links: the host is unreachable, which an event of its own says.
                            case KnetEvent.ActiveLinksChanged e ->
                                    e.links().isEmpty()
                                            ? ""
                                            : "traffic to "
                                                    + names.text(e.host())
                                                    + " now uses "
                                                    + links(e.links());
                            case KnetEvent.DataMtuChanged e ->
                                    "messages to "
                                            + names.text(e.host())
                                            + " now travel with a data MTU of "
                                            + e.dataMtu()
                                            + " bytes";
                            case KnetEvent.PathMtuChanged e ->
                                    link(e.link(), e.host())
                                            + " carries packets of up to "
                                            + e.pathMtu().packetBytes()
                                            + " bytes: "
                                            + e.pathMtu().limit().explanation();
                            case KnetEvent.PathMtuDiffers e ->
                                    link(e.link(), e.host())
                                            + " carries packets of up to "
                                            + e.sentPacketBytes()
                                            + " bytes to the host, but up to "
                                            + e.receivedPacketBytes()
                                            + " bytes from it";
                            case KnetEvent.SocketError e ->
                                    "socket "
                                            + address(e.local())
                                            + " failed: "
                                            + e.message()
                                            + ": "
                                            + reason(e.reason());
                            case KnetEvent.SendFailed e ->
                                    TextReporter.count(e.messages(), "message")
                                            + " on channel "
                                            + e.channel()
                                            + " not sent: "
                                            + reason(e.reason());
                            case KnetEvent.ReceiveQueueFull e ->
                                    TextReporter.count(e.messages(), "received message")
                                            + " on channel "
                                            + e.channel()
                                            + " lost: the reader of the output is too slow";
                            case KnetEvent.HandlerFailed e ->
                                    "a message from "
                                            + names.text(e.source())
                                            + " on channel "
                                            + e.channel()
                                            + " was lost: "
                                            + e.error();
                            case KnetEvent.FilterFailed e ->
                                    "the destination filter failed: " + e.error();
                            case KnetEvent.CryptoMismatch e ->
                                    names.text(e.host())
                                            + " cannot be understood on link "
                                            + e.link()
                                            + ": "
                                            + e.finding();
                            case KnetEvent.ZstdWithheld e ->
                                    "messages to "
                                            + names.text(e.host())
                                            + " go uncompressed: it compresses by another method,"
                                            + " and libknet crashes on zstd unless it is"
                                            + " configured there";
                            case KnetEvent.OnWireVersionChanged e ->
                                    "packets now have format version " + e.version().current();
                        })
                .filter(text -> !text.isEmpty());
    }

    private String link(int link, int host) {
        return "link " + link + " to " + names.text(host);
    }

    static String links(List<Integer> links) {
        String numbers = links.stream().map(String::valueOf).collect(Collectors.joining(", "));
        return (links.size() == 1 ? "link " : "links ") + numbers;
    }

    private static String released(KnetEvent.Restraint restraint) {
        return switch (restraint) {
            case LOSSY -> " does not lose too much any more";
            case HELD_DOWN -> " is not held down any more";
            case SUPPRESSED -> " is not suppressed any more";
        };
    }

    private static String cause(KnetEvent.LinkDown e) {
        return switch (e.cause()) {
            case PING_TIMEOUT -> "no pong for " + Millis.text(e.silence());
            case DISABLED -> "it was disabled";
            case TRANSPORT_ERROR -> "the network reports that the host cannot be reached";
        };
    }

    static String address(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + " port " + address.getPort();
    }

    /** Why a message was not sent, in words. */
    static String reason(Reason reason) {
        return switch (reason) {
            case HOST_DOWN -> "no destination is reachable";
            case QUEUE_FULL -> "the send queue is full";
            case NO_PROGRESS -> "the socket buffers stay full";
            case NETWORK_UNREACHABLE -> "the network cannot be reached";
            case NOT_PERMITTED -> "the operating system forbids it";
            case TOO_MANY_FRAGMENTS -> "it needs more than 254 fragments";
            default -> reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }
}
