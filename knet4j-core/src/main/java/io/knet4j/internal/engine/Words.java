package io.knet4j.internal.engine;

import io.knet4j.ClearTraffic;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CryptoStatus;
import io.knet4j.LinkConfig;
import io.knet4j.Reason;
import io.knet4j.internal.transport.Addresses;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the log says of things, for people. */
public final class Words {
    private Words() {}

    /** In seconds from one second, else in milliseconds. */
    public static String time(Duration time) {
        double millis = time.toNanos() / 1e6;
        return millis < 1000
                ? String.format(Locale.ROOT, "%.3f ms", millis)
                : String.format(Locale.ROOT, "%.3f s", millis / 1000);
    }

    /** As exact as people want to know it: {@code 0.31 ms}, {@code 4.2 ms}, {@code 150 ms}. */
    static String roughly(Duration time) {
        double millis = time.toNanos() / 1e6;
        if (millis >= 999.5) { // would be rounded to 1000 ms
            return String.format(Locale.ROOT, "%.1f s", millis / 1000);
        }
        String format = millis < 1 ? "%.2f ms" : millis < 100 ? "%.1f ms" : "%.0f ms";
        return String.format(Locale.ROOT, format, millis);
    }

    static String reason(Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static String link(LinkConfig link) {
        String state = link.enabled() ? "enabled" : "disabled";
        return switch (link.transport()) {
            case LOOPBACK -> state + ", loopback";
            case UDP ->
                    state
                            + ", from "
                            + end(link.local())
                            + " to "
                            + end(link.remote())
                            + ", priority "
                            + link.priority()
                            + ", "
                            + heartbeat(link);
        };
    }

    private static String end(@Nullable InetSocketAddress address) {
        return address == null ? "what will be heard" : Addresses.text(address);
    }

    static String heartbeat(LinkConfig link) {
        return "a ping each "
                + time(link.pingInterval())
                + ", down after "
                + time(link.pingTimeout())
                + " without a pong, up with pong "
                + (link.pongCount() + 1)
                + ", latency over "
                + link.pingPrecision()
                + " pongs";
    }

    static String compression(CompressionConfig config) {
        return config.method() == CompressionMethod.NONE
                ? "messages are not compressed"
                : "messages of more than "
                        + config.threshold()
                        + " bytes are compressed by "
                        + config.method().methodName()
                        + ", level "
                        + config.level().orElse(config.method().defaultLevel());
    }

    static String crypto(CryptoStatus status) {
        String sending =
                status.sendingSlot() == 0
                        ? "packets are sent clear"
                        : "slot " + status.sendingSlot() + " seals what is sent";
        String opening =
                status.slots().stream()
                        .map(slot ->
                                "slot "
                                        + slot.number()
                                        + " has "
                                        + slot.cipher()
                                        + " with "
                                        + slot.hash()
                                        + ", ")
                        .collect(Collectors.joining());
        boolean clear = status.clearTraffic() == ClearTraffic.ALLOW;
        return opening + sending + ", clear packets are " + (clear ? "accepted" : "refused");
    }
}
