package io.knet4j.internal.node;

import io.knet4j.ClearTraffic;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigChange;
import io.knet4j.ConfigChange.CryptoSlotChanged;
import io.knet4j.ConfigurationException;
import io.knet4j.Crypto;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoSettings;
import io.knet4j.HostConfig;
import io.knet4j.LinkConfig;
import io.knet4j.NodeConfig;
import io.knet4j.Reason;
import io.knet4j.internal.compress.ActiveCompression;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.engine.EnginePicture;
import io.knet4j.internal.engine.ScopedAddress;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSuite;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that is desired, checked against the node and what is in force there, and the
 * changes that lead to it.
 */
final class DesiredConfig {
    private final Node node;
    private final EnginePicture picture;
    private final CryptoSettings crypto;

    /** What is desired, written as it is in force where that means the same. */
    private final NodeConfig config;

    private final List<ConfigChange> changes;

    /** What was found to work; null when compression does not change. */
    private @Nullable ActiveCompression compression;

    /**
     * @throws ConfigurationException if this node cannot be configured so
     */
    DesiredConfig(Node node, EnginePicture picture, NodeConfig desired) {
        this.node = node;
        this.picture = picture;
        checkLoopback(desired);
        node.engine().checkOnWireVersion(desired.onWireVersion());
        NodeConfig current = picture.config();
        crypto = inForce(desired.crypto());
        if (picture.hosts().stream()
                .anyMatch(host ->
                        host.reachable() && desired.hosts().containsKey(host.state().id()))) {
            checkCutOff(current.crypto(), crypto);
        }
        config =
                new NodeConfig(
                        inForce(current.hosts(), desired.hosts()),
                        crypto,
                        inForce(desired.compression()),
                        desired.interfaceMtu(),
                        desired.pathMtuInterval(),
                        desired.accessLists(),
                        desired.dscp(),
                        desired.onWireVersion(),
                        desired.flapControl());
        changes = ConfigPlan.between(current, config);
    }

    List<ConfigChange> changes() {
        return changes;
    }

    private void checkLoopback(NodeConfig desired) {
        desired.hosts()
                .forEach((id, host) -> {
                    boolean loopback =
                            host.links().values().stream()
                                    .anyMatch(link ->
                                            link.transport() == LinkConfig.Transport.LOOPBACK);
                    if (loopback && id != node.nodeId()) {
                        throw ConfigurationException.invalid(
                                PreparedConfig.name(id, host.name()) + ": transport",
                                "LOOPBACK",
                                "UDP; loopback links are for the local host " + node.nodeId());
                    }
                });
    }

    // ---- what is in force already, even if it is written otherwise

    private static SortedMap<Integer, HostConfig> inForce(
            SortedMap<Integer, HostConfig> current, SortedMap<Integer, HostConfig> desired) {
        SortedMap<Integer, HostConfig> result = new TreeMap<>(desired);
        desired.forEach((id, host) -> {
            HostConfig other = current.get(id);
            if (other != null && !other.equals(host)) {
                SortedMap<Integer, LinkConfig> links = new TreeMap<>(host.links());
                links.replaceAll((link, config) -> inForce(other.links().get(link), config));
                result.put(id, new HostConfig(host.name(), host.policy(), links));
            }
        });
        return result;
    }

    /** With any port where it has one, and with the scope of its addresses. */
    private static LinkConfig inForce(@Nullable LinkConfig current, LinkConfig desired) {
        InetSocketAddress local = desired.local();
        InetSocketAddress currentLocal = current == null ? null : current.local();
        if (local == null || currentLocal == null) {
            return desired;
        }
        boolean same =
                ScopedAddress.sameHost(local.getAddress(), currentLocal.getAddress())
                        && (local.getPort() == 0 || local.getPort() == currentLocal.getPort());
        return same ? desired.withLocal(currentLocal) : desired;
    }

    private CryptoSettings inForce(CryptoSettings desired) {
        CryptoSettings result = desired;
        for (int number = 1; number <= Crypto.SLOTS; number++) {
            Optional<CryptoConfig> config = desired.slot(number);
            if (config.isPresent()) {
                result = result.withSlot(number, inForce(number, config.get()));
            }
        }
        return result;
    }

    private CryptoConfig inForce(int number, CryptoConfig desired) {
        for (int other : List.of(number, 3 - number)) {
            KeySlots.Slot slot = picture.keys().slot(other);
            if (slot != null && named("crypto slot " + number, () -> isOf(slot.suite(), desired))) {
                return slot.suite().config();
            }
        }
        return desired;
    }

    private static boolean isOf(PacketSuite suite, CryptoConfig config) {
        try {
            return suite.isOf(config);
        } catch (IllegalStateException e) {
            throw new ConfigurationException(
                    Reason.INVALID_ARGUMENT, "key: was closed; hand in one that is open", e);
        }
    }

    private CompressionConfig inForce(CompressionConfig desired) {
        boolean none = desired.method() == CompressionMethod.NONE;
        CompressionConfig written =
                none || desired.level().isPresent()
                        ? desired
                        : desired.withLevel(desired.method().defaultLevel());
        if (written.equals(picture.compression())) {
            return written;
        }
        ActiveCompression active =
                named("compression", () -> CompressionMethods.activateInstalled(desired));
        if (!active.config().equals(picture.compression())) {
            compression = active;
        }
        return active.config();
    }

    /**
     * What this node seals with is what its peers seal with, as far as it knows. It must not lock
     * them out in the same step in which it changes to something else.
     */
    private static void checkCutOff(CryptoSettings before, CryptoSettings after) {
        int sending = before.sendingSlot();
        if (sending == 0) {
            if (before.clearTraffic() == ClearTraffic.ALLOW
                    && after.clearTraffic() == ClearTraffic.REFUSE) {
                throw ConfigurationException.invalid(
                        "crypto: clear traffic",
                        "REFUSE",
                        "ALLOW while this node sends clear and hosts are reachable, which would be"
                                + " cut off. First set a slot on all hosts, then send with it on"
                                + " all hosts, then refuse clear traffic; or use Crypto.enable");
            }
            return;
        }
        Optional<CryptoConfig> used = before.slot(sending);
        if (!used.equals(after.slot1()) && !used.equals(after.slot2())) {
            throw new ConfigurationException(
                    Reason.SLOT_IN_USE,
                    "crypto slot "
                            + sending
                            + ": is in use for sending and hosts are reachable, which would be cut"
                            + " off; allowed: another slot for the new configuration, on all hosts,"
                            + " then to send with that one, on all hosts, then to empty slot "
                            + sending
                            + "; or Crypto.enable and Crypto.disable, which cut off");
        }
    }

    // ---- what comes of it

    /** Makes sure that the changes work, as far as that can be known without making them. */
    void tryOut() {
        for (ConfigChange change : changes) {
            if (change instanceof CryptoSlotChanged slot && slot.after().isPresent()) {
                newSuite(node, slot.slot(), slot.after().get()).wipe();
            }
        }
    }

    /** Makes everything ready for the changes. */
    PreparedConfig prepare() {
        PreparedConfig prepared = new PreparedConfig(node, picture, config);
        boolean complete = false;
        try {
            if (!crypto.equals(picture.keys().config())) {
                prepared.setCrypto(crypto);
            }
            if (compression != null) {
                prepared.setCompression(compression);
            }
            changes.forEach(prepared::add);
            prepared.complete();
            complete = true;
            return prepared;
        } finally {
            if (!complete) {
                prepared.close();
            }
        }
    }

    static JcaSuite newSuite(Node node, int slot, CryptoConfig config) {
        return named("crypto slot " + slot, () -> JcaSuite.of(config, node.runtime().random()));
    }

    /** Says in whose configuration a problem is. */
    static <T> T named(String where, Supplier<T> action) {
        try {
            return action.get();
        } catch (ConfigurationException e) {
            throw new ConfigurationException(e.reason(), where + ": " + e.getMessage(), e);
        }
    }
}
