package io.knet4j.cli.node;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.knet4j.KnetEvent;
import io.knet4j.cli.Millis;
import java.util.Locale;

/** Events as JSON objects: {@code event} says which, times are in milliseconds. */
final class EventJson {

    private final HostNames names;

    EventJson(HostNames names) {
        this.names = names;
    }

    static JsonObject object(String event) {
        JsonObject json = new JsonObject();
        json.addProperty("event", event);
        return json;
    }

    JsonObject of(KnetEvent event) {
        return switch (event) {
            case KnetEvent.LinkUp e -> {
                JsonObject json = link("link-up", e.host(), e.link());
                json.addProperty("latency_ms", Millis.of(e.latency()));
                yield json;
            }
            case KnetEvent.LinkDown e -> {
                JsonObject json = link("link-down", e.host(), e.link());
                json.addProperty("cause", name(e.cause()));
                json.addProperty("silence_ms", Millis.of(e.silence()));
                yield json;
            }
            case KnetEvent.LinkHeldDown e -> {
                JsonObject json = link("link-held-down", e.host(), e.link());
                json.addProperty("time_ms", Millis.of(e.time()));
                yield json;
            }
            case KnetEvent.LinkSuppressed e -> {
                JsonObject json = link("link-suppressed", e.host(), e.link());
                json.addProperty("penalty", e.penalty());
                json.addProperty("time_ms", Millis.of(e.time()));
                yield json;
            }
            case KnetEvent.LinkLossy e -> {
                JsonObject json = link("link-lossy", e.host(), e.link());
                json.addProperty("pings", e.loss().pings());
                json.addProperty("lost", e.loss().lost());
                yield json;
            }
            case KnetEvent.LinkReleased e -> {
                JsonObject json = link("link-released", e.host(), e.link());
                json.addProperty("restraint", name(e.restraint()));
                yield json;
            }
            case KnetEvent.NodeStalled e -> {
                JsonObject json = object("node-stalled");
                json.addProperty("longest_ms", Millis.of(e.longest()));
                json.addProperty("times", e.times());
                yield json;
            }
            case KnetEvent.PeerAddressChanged e -> {
                JsonObject json = link("peer-address", e.host(), e.link());
                e.before()
                        .ifPresent(before -> {
                            json.addProperty(
                                    "before_address", before.getAddress().getHostAddress());
                            json.addProperty("before_port", before.getPort());
                        });
                json.addProperty("address", e.after().getAddress().getHostAddress());
                json.addProperty("port", e.after().getPort());
                yield json;
            }
            case KnetEvent.HostReachable e -> host("host-reachable", e.host());
            case KnetEvent.HostUnreachable e -> host("host-unreachable", e.host());
            case KnetEvent.HostRestarted e -> host("host-restarted", e.host());
            case KnetEvent.ActiveLinksChanged e -> {
                JsonObject json = host("active-links", e.host());
                JsonArray links = new JsonArray();
                e.links().forEach(links::add);
                json.add("links", links);
                yield json;
            }
            case KnetEvent.DataMtuChanged e -> {
                JsonObject json = host("data-mtu", e.host());
                json.addProperty("bytes", e.dataMtu());
                yield json;
            }
            case KnetEvent.PathMtuChanged e -> {
                JsonObject json = link("path-mtu", e.host(), e.link());
                json.addProperty("packet_bytes", e.pathMtu().packetBytes());
                json.addProperty("data_mtu", e.pathMtu().dataMtu());
                json.addProperty("fragment_bytes", e.pathMtu().fragmentBytes());
                json.addProperty("limit", name(e.pathMtu().limit()));
                json.addProperty("searching", e.pathMtu().searching());
                yield json;
            }
            case KnetEvent.PathMtuDiffers e -> {
                JsonObject json = link("path-mtu-differs", e.host(), e.link());
                json.addProperty("sent_packet_bytes", e.sentPacketBytes());
                json.addProperty("received_packet_bytes", e.receivedPacketBytes());
                yield json;
            }
            case KnetEvent.SocketError e -> {
                JsonObject json = object("socket-error");
                json.addProperty("address", e.local().getAddress().getHostAddress());
                json.addProperty("port", e.local().getPort());
                json.addProperty("reason", name(e.reason()));
                json.addProperty("message", e.message());
                yield json;
            }
            case KnetEvent.SendFailed e -> {
                JsonObject json = object("send-failed");
                json.addProperty("channel", e.channel());
                json.addProperty("messages", e.messages());
                json.addProperty("reason", name(e.reason()));
                yield json;
            }
            case KnetEvent.ReceiveQueueFull e -> {
                JsonObject json = object("receive-queue-full");
                json.addProperty("channel", e.channel());
                json.addProperty("messages", e.messages());
                yield json;
            }
            case KnetEvent.HandlerFailed e -> {
                JsonObject json = object("handler-failed");
                json.addProperty("from", e.source());
                json.addProperty("channel", e.channel());
                json.addProperty("error", String.valueOf(e.error()));
                yield json;
            }
            case KnetEvent.FilterFailed e -> {
                JsonObject json = object("filter-failed");
                json.addProperty("error", String.valueOf(e.error()));
                yield json;
            }
            case KnetEvent.CryptoMismatch e -> {
                JsonObject json = link("crypto-mismatch", e.host(), e.link());
                json.addProperty("cause", name(e.cause()));
                json.addProperty("finding", e.finding());
                yield json;
            }
            case KnetEvent.ZstdWithheld e -> host("zstd-withheld", e.host());
            case KnetEvent.OnWireVersionChanged e -> {
                JsonObject json = object("onwire-version");
                json.addProperty("current", e.version().current());
                yield json;
            }
        };
    }

    private JsonObject host(String event, int host) {
        JsonObject json = object(event);
        json.addProperty("host", host);
        if (!names.name(host).isEmpty()) {
            json.addProperty("name", names.name(host));
        }
        return json;
    }

    private JsonObject link(String event, int host, int link) {
        JsonObject json = host(event, host);
        json.addProperty("link", link);
        return json;
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
