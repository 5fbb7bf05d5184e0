package io.knet4j.internal.node;

import io.knet4j.ConfigChange;
import io.knet4j.ConfigChange.AccessListsSwitched;
import io.knet4j.ConfigChange.ClearTrafficChanged;
import io.knet4j.ConfigChange.CompressionChanged;
import io.knet4j.ConfigChange.CryptoSlotChanged;
import io.knet4j.ConfigChange.DscpChanged;
import io.knet4j.ConfigChange.FlapControlChanged;
import io.knet4j.ConfigChange.HostAdded;
import io.knet4j.ConfigChange.HostRemoved;
import io.knet4j.ConfigChange.HostRenamed;
import io.knet4j.ConfigChange.InterfaceMtuChanged;
import io.knet4j.ConfigChange.LinkAdded;
import io.knet4j.ConfigChange.LinkChanged;
import io.knet4j.ConfigChange.LinkRemoved;
import io.knet4j.ConfigChange.OnWireVersionForced;
import io.knet4j.ConfigChange.PathMtuIntervalChanged;
import io.knet4j.ConfigChange.PolicyChanged;
import io.knet4j.ConfigChange.SendingSlotChanged;
import io.knet4j.Crypto;
import io.knet4j.CryptoSettings;
import io.knet4j.HostConfig;
import io.knet4j.LinkConfig;
import io.knet4j.NodeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * The difference between two configurations, in the order in which it is made up for: settings of
 * the node, hosts that go, hosts that change (name, policy, and of their links those that go, that
 * change and that come), hosts that come.
 */
final class ConfigPlan {
    private final List<ConfigChange> changes = new ArrayList<>();

    private ConfigPlan() {}

    static List<ConfigChange> between(NodeConfig current, NodeConfig desired) {
        ConfigPlan plan = new ConfigPlan();
        plan.node(current, desired);
        plan.hosts(current.hosts(), desired.hosts());
        return List.copyOf(plan.changes);
    }

    private <T> void compare(T before, T after, ConfigChange change) {
        if (!before.equals(after)) {
            changes.add(change);
        }
    }

    private void node(NodeConfig current, NodeConfig desired) {
        crypto(current.crypto(), desired.crypto());
        compare(
                current.compression(),
                desired.compression(),
                new CompressionChanged(current.compression(), desired.compression()));
        compare(
                current.interfaceMtu(),
                desired.interfaceMtu(),
                new InterfaceMtuChanged(current.interfaceMtu(), desired.interfaceMtu()));
        compare(
                current.pathMtuInterval(),
                desired.pathMtuInterval(),
                new PathMtuIntervalChanged(current.pathMtuInterval(), desired.pathMtuInterval()));
        compare(
                current.accessLists(),
                desired.accessLists(),
                new AccessListsSwitched(desired.accessLists()));
        compare(current.dscp(), desired.dscp(), new DscpChanged(current.dscp(), desired.dscp()));
        compare(
                current.onWireVersion(),
                desired.onWireVersion(),
                new OnWireVersionForced(current.onWireVersion(), desired.onWireVersion()));
        compare(
                current.flapControl(),
                desired.flapControl(),
                new FlapControlChanged(current.flapControl(), desired.flapControl()));
    }

    private void crypto(CryptoSettings before, CryptoSettings after) {
        for (int slot = 1; slot <= Crypto.SLOTS; slot++) {
            compare(
                    before.slot(slot),
                    after.slot(slot),
                    new CryptoSlotChanged(slot, before.slot(slot), after.slot(slot)));
        }
        compare(
                before.sendingSlot(),
                after.sendingSlot(),
                new SendingSlotChanged(before.sendingSlot(), after.sendingSlot()));
        compare(
                before.clearTraffic(),
                after.clearTraffic(),
                new ClearTrafficChanged(before.clearTraffic(), after.clearTraffic()));
    }

    private void hosts(
            SortedMap<Integer, HostConfig> before, SortedMap<Integer, HostConfig> after) {
        before.forEach((id, host) -> {
            if (!after.containsKey(id)) {
                changes.add(new HostRemoved(id, host));
            }
        });
        before.forEach((id, host) -> {
            HostConfig other = after.get(id);
            if (other != null) {
                host(id, host, other);
            }
        });
        after.forEach((id, host) -> {
            if (!before.containsKey(id)) {
                changes.add(new HostAdded(id, host));
            }
        });
    }

    private void host(int id, HostConfig before, HostConfig after) {
        compare(before.name(), after.name(), new HostRenamed(id, before.name(), after.name()));
        compare(
                before.policy(),
                after.policy(),
                new PolicyChanged(id, before.policy(), after.policy()));
        before.links()
                .forEach((link, config) -> {
                    if (!after.links().containsKey(link)) {
                        changes.add(new LinkRemoved(id, link, config));
                    }
                });
        for (Map.Entry<Integer, LinkConfig> link : after.links().entrySet()) {
            LinkConfig config = before.links().get(link.getKey());
            if (config != null) {
                LinkChanged change = new LinkChanged(id, link.getKey(), config, link.getValue());
                if (!config.equals(link.getValue()) || change.startsAnew()) {
                    changes.add(change);
                }
            }
        }
        after.links()
                .forEach((link, config) -> {
                    if (!before.links().containsKey(link)) {
                        changes.add(new LinkAdded(id, link, config));
                    }
                });
    }
}
