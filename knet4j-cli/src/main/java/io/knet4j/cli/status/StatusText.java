package io.knet4j.cli.status;

import io.knet4j.cli.Age;
import io.knet4j.cli.Millis;
import io.knet4j.cli.status.NodeStatus.Address;
import io.knet4j.cli.status.NodeStatus.Changes;
import io.knet4j.cli.status.NodeStatus.Counters;
import io.knet4j.cli.status.NodeStatus.Crypto;
import io.knet4j.cli.status.NodeStatus.FlapControl;
import io.knet4j.cli.status.NodeStatus.Host;
import io.knet4j.cli.status.NodeStatus.Latency;
import io.knet4j.cli.status.NodeStatus.Link;
import io.knet4j.cli.status.NodeStatus.Mtu;
import io.knet4j.cli.status.NodeStatus.Node;
import io.knet4j.cli.status.NodeStatus.Slot;
import io.knet4j.cli.status.NodeStatus.Stability;
import io.knet4j.cli.status.NodeStatus.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A status for people. What is wrong is in capitals. */
final class StatusText {

    private static final int DETAIL = 10;
    private static final int NODE_COLUMN = 15;
    private static final int LINK_COLUMN = 21;

    private static final double MICROS_PER_MILLI = 1000;

    private static final String COMING_UP = "coming-up";

    private final Page page = new Page();

    private StatusText() {}

    /** Lines that end in line feeds. */
    static String of(NodeStatus status) {
        StatusText text = new StatusText();
        text.node(status.node());
        for (Host host : status.hosts()) {
            text.page.gap();
            text.host(host);
        }
        text.page.gap();
        text.counters(status.counters());
        return text.page.toString();
    }

    private void node(Node node) {
        page.line(
                "node "
                        + named(node.id(), node.name())
                        + (node.cluster() == null ? "" : " of cluster " + node.cluster())
                        + ", up "
                        + Age.text(Millis.duration(node.uptimeMs())));
        page.entry(2, "file", NODE_COLUMN, node.configFile());
        page.entry(
                2,
                "program",
                NODE_COLUMN,
                "knet " + node.knetVersion() + ", process " + node.pid());
        page.entry(2, "crypto", NODE_COLUMN, crypto(node.crypto()));
        page.entry(
                2,
                "compression",
                NODE_COLUMN,
                node.compression() == null
                        ? "none"
                        : node.compression().method()
                                + (node.compression().level() < 0
                                        ? ", default level"
                                        : ", level " + node.compression().level())
                                + ", messages of more than "
                                + node.compression().thresholdBytes()
                                + " bytes");
        page.entry(
                2,
                "forwarding",
                NODE_COLUMN,
                node.forwarding() ? "on" : "OFF: no messages are carried");
        if (node.flapControl() != null) {
            page.entry(2, "flap control", NODE_COLUMN, flapControl(node.flapControl()));
        }
    }

    private static String flapControl(FlapControl control) {
        List<String> parts = new ArrayList<>();
        if (control.holdDownMs() > 0) {
            parts.add("links are held down for " + time(control.holdDownMs()));
        }
        if (control.damping() != null) {
            parts.add("suppressed above a penalty of " + control.damping().suppressAbove());
        }
        if (control.lossLimit() != null) {
            parts.add("avoided above " + control.lossLimit().avoidAbovePercent() + " % loss");
        }
        return String.join(", ", parts);
    }

    private static String crypto(Crypto crypto) {
        String sending = "NONE, packets travel clear";
        StringBuilder others = new StringBuilder();
        for (Slot slot : crypto.slots()) {
            String text = slot.cipher() + " with " + slot.hash() + ", key of " + slot.keyBytes();
            if (slot.number() == crypto.sendingSlot()) {
                sending = text + " bytes in slot " + slot.number();
            } else {
                others.append("; slot ").append(slot.number()).append(" opens ");
                others.append(text).append(" bytes, ");
                others.append(slot.packetsOpened()).append(" packets so far");
            }
        }
        boolean exposed = crypto.clearAccepted() && !crypto.slots().isEmpty();
        return sending + others + (exposed ? "; CLEAR PACKETS ARE ACCEPTED" : "");
    }

    // ---- hosts

    private void host(Host host) {
        page.line(
                "host "
                        + named(host.id(), host.name())
                        + (host.reachable()
                                ? " is reachable by " + links(host.activeLinks())
                                : " is NOT REACHABLE: " + unreachable(host.links()))
                        + ", policy "
                        + host.policy()
                        + (host.reachable() ? ", data MTU " + host.dataMtuBytes() : ""));
        host.links().forEach(this::link);
    }

    private static String unreachable(List<Link> links) {
        if (links.isEmpty()) {
            return "it has no links";
        }
        if (links.stream().noneMatch(Link::enabled)) {
            return "all links are disabled";
        }
        boolean soon = links.stream().anyMatch(link -> link.use().equals(COMING_UP));
        return soon ? "no link is up yet" : "no link is up";
    }

    private static String links(List<Integer> links) {
        return (links.size() == 1 ? "link " : "links ")
                + links.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private void link(Link link) {
        page.entry(2, "link " + link.id() + "  " + state(link), LINK_COLUMN, link.explanation());
        detail("address", address(link));
        detail("latency", latency(link.latency()) + "; loss " + percent(link.loss().percent()));
        if (!restraints(link.stability()).isEmpty()) {
            detail("stability", restraints(link.stability()));
        }
        detail("MTU", link.up() ? mtu(link.mtu()) : "found out when the link is up");
        detail("priority", Integer.toString(link.priority()));
        detail("changes", changes(link.changes()));
        detail(
                "data",
                link.sent().data().packets()
                        + " packets sent, "
                        + link.received().data().packets()
                        + " received"
                        + (link.failures().data().errors() == 0
                                ? ""
                                : ", " + link.failures().data().errors() + " NOT SENT"));
    }

    private void detail(String label, String words) {
        page.entry(DETAIL, label, LINK_COLUMN, words);
    }

    private static String restraints(Stability stability) {
        List<String> parts = new ArrayList<>();
        if (stability.suppressedMs() != null) {
            parts.add("SUPPRESSED for another " + time(stability.suppressedMs()));
        }
        if (stability.heldDownMs() != null) {
            parts.add("held down for another " + time(stability.heldDownMs()));
        }
        if (stability.lossy()) {
            parts.add("LOSES TOO MUCH");
        }
        if (stability.penalty() > 0) {
            parts.add("penalty " + stability.penalty());
        }
        return String.join(", ", parts);
    }

    private static String state(Link link) {
        return switch (link.use()) {
            case "in-use" -> "in use";
            case COMING_UP -> "coming up";
            case "down" -> "DOWN";
            case "no-answer" -> "NO ANSWER";
            case "lossy" -> "LOSSY";
            case "held-down" -> "held down";
            case "suppressed" -> "SUPPRESSED";
            default -> link.use();
        };
    }

    private static String address(Link link) {
        if (link.local() == null) {
            return "within this node";
        }
        return text(link.local())
                + " -> "
                + (link.peer() == null ? "not known yet" : text(link.peer()))
                + (link.remote() == null && link.peer() != null ? ", learned" : "");
    }

    private static String text(Address address) {
        return (address.ip().indexOf(':') < 0 ? address.ip() : '[' + address.ip() + ']')
                + ':'
                + address.port();
    }

    private static String latency(Latency latency) {
        return latency.samples() == 0
                ? "not known"
                : time(latency.nowMs())
                        + " now, "
                        + time(latency.minMs())
                        + " to "
                        + time(latency.maxMs())
                        + " over "
                        + latency.samples()
                        + " pongs";
    }

    private static String time(@Nullable Double millis) {
        return millis == null ? "?" : Millis.text(Millis.duration(millis));
    }

    private static String percent(double percent) {
        return String.format(Locale.ROOT, "%.1f %%", percent);
    }

    private static String mtu(Mtu mtu) {
        String in = mtu.inBytes() == null ? "in not known" : mtu.inBytes() + " in";
        // libknet 1.x leaves one byte more than it has to in counter mode.
        boolean differs = mtu.inBytes() != null && Math.abs(mtu.inBytes() - mtu.outBytes()) > 1;
        return mtu.outBytes()
                + " out, "
                + in
                + (differs && !mtu.searching() ? ", THEY DIFFER" : "")
                + "; data "
                + mtu.dataBytes()
                + "; "
                + mtu.explanation();
    }

    private static String changes(Changes changes) {
        return "came up "
                + times(changes.ups())
                + ", went down "
                + times(changes.downs())
                + (changes.sinceLastMs() == null
                        ? ""
                        : "; the last "
                                + Age.text(Millis.duration(changes.sinceLastMs()))
                                + " ago");
    }

    private static String times(long number) {
        return number + (number == 1 ? " time" : " times");
    }

    // ---- counters

    private void counters(Counters counters) {
        page.entry(
                0,
                "messages",
                NODE_COLUMN,
                counters.messagesSent() + " sent, " + counters.messagesDelivered() + " delivered");
        page.entry(0, "not sent", NODE_COLUMN, counts(counters.messagesNotSent()));
        page.entry(0, "dropped", NODE_COLUMN, counts(counters.drops()));
        if (counters.stalls().samples() > 0) {
            page.entry(0, "own stalls", NODE_COLUMN, stalls(counters.stalls()));
        }
        if (counters.eventsLost() > 0) {
            page.entry(
                    0, "EVENTS LOST", NODE_COLUMN, counters.eventsLost() + ", the output is slow");
        }
    }

    private static String stalls(Times stalls) {
        double longest = stalls.maxUs() == null ? 0 : stalls.maxUs();
        return times(stalls.samples()) + ", the longest " + time(longest / MICROS_PER_MILLI);
    }

    private static String named(int id, @Nullable String name) {
        // A host without a name is called by its number.
        return name == null || name.equals(Integer.toString(id)) ? "" + id : id + " (" + name + ')';
    }

    private static String counts(Map<String, Long> counts) {
        return counts.isEmpty()
                ? "none"
                : counts.entrySet().stream()
                        .map(entry -> entry.getKey() + ' ' + entry.getValue())
                        .collect(Collectors.joining(", "));
    }
}
