package io.knet4j;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A difference between the configuration in force and a desired one, see {@link Knet#plan} and
 * {@link Knet#apply}. Its {@code toString} is for people: {@code link 1 of host 2: priority 1 ->
 * 5}. Keys show nowhere.
 */
public sealed interface ConfigChange {

    /**
     * What a crypto slot is set to. What only moves to the other slot, changes both.
     *
     * @param slot 1 or 2
     * @param before what it was set to; empty for nothing
     * @param after what it will be set to; empty for nothing
     */
    record CryptoSlotChanged(int slot, Optional<CryptoConfig> before, Optional<CryptoConfig> after)
            implements ConfigChange {
        @Override
        public String toString() {
            String same =
                    before.map(CryptoConfig::toString).equals(after.map(CryptoConfig::toString))
                            ? " (another key)"
                            : "";
            return "crypto slot " + slot + ": " + text(before) + " -> " + text(after) + same;
        }

        private static String text(Optional<CryptoConfig> config) {
            return config.map(CryptoConfig::toString).orElse("empty");
        }
    }

    /**
     * The crypto slot that seals what is sent.
     *
     * @param before 1 or 2; 0 for clear
     * @param after 1 or 2; 0 for clear
     */
    record SendingSlotChanged(int before, int after) implements ConfigChange {
        @Override
        public String toString() {
            return "crypto: sending " + text(before) + " -> " + text(after);
        }

        private static String text(int slot) {
            return slot == 0 ? "clear" : "by slot " + slot;
        }
    }

    /**
     * Whether clear packets are accepted.
     *
     * @param before whether they were
     * @param after whether they will be
     */
    record ClearTrafficChanged(ClearTraffic before, ClearTraffic after) implements ConfigChange {
        @Override
        public String toString() {
            return "crypto: clear traffic " + lower(before) + " -> " + lower(after);
        }
    }

    /**
     * How sent messages are compressed.
     *
     * @param before how they were
     * @param after how they will be
     */
    record CompressionChanged(CompressionConfig before, CompressionConfig after)
            implements ConfigChange {
        @Override
        public String toString() {
            return "compression: " + text(before) + " -> " + text(after);
        }

        private static String text(CompressionConfig config) {
            if (config.method() == CompressionMethod.NONE) {
                return "none";
            }
            String level = config.level().isPresent() ? " level " + config.level().getAsInt() : "";
            return config.method().methodName()
                    + level
                    + ", threshold "
                    + config.threshold()
                    + " bytes";
        }
    }

    /**
     * MTU of the network interfaces.
     *
     * @param before bytes; empty when it was not set by hand
     * @param after bytes; empty when it will not be set by hand
     */
    record InterfaceMtuChanged(OptionalInt before, OptionalInt after) implements ConfigChange {
        @Override
        public String toString() {
            return "interface MTU: " + text(before) + " -> " + text(after);
        }

        private static String text(OptionalInt bytes) {
            return bytes.isPresent() ? bytes.getAsInt() + " bytes" : "not set";
        }
    }

    /**
     * How often path MTUs are discovered anew.
     *
     * @param before interval
     * @param after interval
     */
    record PathMtuIntervalChanged(Duration before, Duration after) implements ConfigChange {
        @Override
        public String toString() {
            return "path MTU interval: " + before.toSeconds() + " s -> " + after.toSeconds() + " s";
        }
    }

    /**
     * Whether the access lists of dynamic links count.
     *
     * @param after whether they do from now on
     */
    record AccessListsSwitched(boolean after) implements ConfigChange {
        @Override
        public String toString() {
            return "access lists: " + (after ? "off -> on" : "on -> off");
        }
    }

    /**
     * Differentiated services code point of sockets that are opened from now on.
     *
     * @param before 0 to 63
     * @param after 0 to 63
     */
    record DscpChanged(int before, int after) implements ConfigChange {
        @Override
        public String toString() {
            return "DSCP: " + before + " -> " + after;
        }
    }

    /**
     * How links are kept from carrying messages that come and go, or lose much.
     *
     * @param before how they were
     * @param after how they will be
     */
    record FlapControlChanged(FlapControl before, FlapControl after) implements ConfigChange {
        @Override
        public String toString() {
            return "flap control: " + before + " -> " + after;
        }
    }

    /**
     * Packet format version.
     *
     * @param before version; empty when it was negotiated
     * @param after version; empty when it will be negotiated
     */
    record OnWireVersionForced(OptionalInt before, OptionalInt after) implements ConfigChange {
        @Override
        public String toString() {
            return "on-wire version: " + text(before) + " -> " + text(after);
        }

        private static String text(OptionalInt version) {
            return version.isPresent() ? Integer.toString(version.getAsInt()) : "negotiated";
        }
    }

    /**
     * A host goes, with its links.
     *
     * @param host host id
     * @param config what it was like
     */
    record HostRemoved(int host, HostConfig config) implements ConfigChange {
        @Override
        public String toString() {
            return "host " + host + named(host, config.name()) + ": removed";
        }
    }

    /**
     * A host gets another name.
     *
     * @param host host id
     * @param before the name that it had
     * @param after the name that it will have
     */
    record HostRenamed(int host, String before, String after) implements ConfigChange {
        @Override
        public String toString() {
            return "host " + host + ": name " + before + " -> " + after;
        }
    }

    /**
     * Which links of a host carry messages.
     *
     * @param host host id
     * @param before the policy so far
     * @param after the policy from now on
     */
    record PolicyChanged(int host, LinkPolicy before, LinkPolicy after) implements ConfigChange {
        @Override
        public String toString() {
            return "host " + host + ": policy " + lower(before) + " -> " + lower(after);
        }
    }

    /**
     * A link goes.
     *
     * @param host host id
     * @param link link id
     * @param config what it was like
     */
    record LinkRemoved(int host, int link, LinkConfig config) implements ConfigChange {
        @Override
        public String toString() {
            return linkName(host, link) + ": removed";
        }
    }

    /**
     * A link changes.
     *
     * @param host host id
     * @param link link id
     * @param before what it was like
     * @param after what it will be like
     */
    record LinkChanged(int host, int link, LinkConfig before, LinkConfig after)
            implements ConfigChange {

        /**
         * Whether the link starts anew, as if it had been removed and added: it is down until the
         * peer has answered enough pings. So it is with another address at either end; everything
         * else changes while the link stays up.
         *
         * @return whether it does
         */
        public boolean startsAnew() {
            return before.transport() != after.transport()
                    || !isSame(before.local(), after.local())
                    || !isSame(before.remote(), after.remote());
        }

        // Addresses of different interfaces equal each other.
        private static boolean isSame(
                @Nullable InetSocketAddress one, @Nullable InetSocketAddress other) {
            return Objects.equals(one, other) && text(one).equals(text(other));
        }

        @Override
        public String toString() {
            List<String> parts = new ArrayList<>();
            part(parts, "transport", before.transport(), after.transport());
            part(parts, "local", text(before.local()), text(after.local()));
            part(parts, "remote", text(before.remote()), text(after.remote()));
            if (before.enabled() != after.enabled()) {
                parts.add(after.enabled() ? "enabled" : "disabled");
            }
            part(parts, "priority", before.priority(), after.priority());
            part(
                    parts,
                    "ping interval",
                    DurationText.of(before.pingInterval()),
                    DurationText.of(after.pingInterval()));
            part(
                    parts,
                    "ping timeout",
                    DurationText.of(before.pingTimeout()),
                    DurationText.of(after.pingTimeout()));
            part(parts, "ping precision", before.pingPrecision(), after.pingPrecision());
            part(parts, "pong count", before.pongCount(), after.pongCount());
            part(
                    parts,
                    "high priority traffic",
                    before.highPriorityTraffic(),
                    after.highPriorityTraffic());
            part(parts, "access rules", before.accessRules(), after.accessRules());
            return linkName(host, link)
                    + ": "
                    + String.join(", ", parts)
                    + (startsAnew() ? " (starts anew)" : "");
        }

        private static void part(List<String> parts, String field, Object before, Object after) {
            if (!before.equals(after)) {
                parts.add(field + ' ' + before + " -> " + after);
            }
        }
    }

    /**
     * A link comes.
     *
     * @param host host id
     * @param link link id
     * @param config what it will be like
     */
    record LinkAdded(int host, int link, LinkConfig config) implements ConfigChange {
        @Override
        public String toString() {
            return linkName(host, link)
                    + ": added, "
                    + (config.transport() == LinkConfig.Transport.LOOPBACK
                            ? "loopback"
                            : text(config.local()) + " -> " + text(config.remote()))
                    + (config.enabled() ? "" : ", disabled");
        }
    }

    /**
     * A host comes, with its links.
     *
     * @param host host id
     * @param config what it will be like
     */
    record HostAdded(int host, HostConfig config) implements ConfigChange {
        @Override
        public String toString() {
            int links = config.links().size();
            return "host "
                    + host
                    + named(host, config.name())
                    + ": added with "
                    + (links == 0 ? "no links" : links == 1 ? "1 link" : links + " links");
        }
    }

    private static String linkName(int host, int link) {
        return "link " + link + " of host " + host;
    }

    private static String named(int host, String name) {
        return name.equals(Integer.toString(host)) ? "" : " (" + name + ')';
    }

    private static String text(@Nullable InetSocketAddress address) {
        if (address == null) {
            return "none";
        }
        InetAddress ip = address.getAddress();
        String host = ip == null ? address.getHostString() : ip.getHostAddress();
        return (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + address.getPort();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
