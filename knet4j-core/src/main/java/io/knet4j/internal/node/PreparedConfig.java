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
import io.knet4j.ConfigurationException;
import io.knet4j.Crypto;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoSettings;
import io.knet4j.HostConfig;
import io.knet4j.KnetClosedException;
import io.knet4j.LinkConfig;
import io.knet4j.NodeConfig;
import io.knet4j.internal.compress.ActiveCompression;
import io.knet4j.internal.engine.Engine;
import io.knet4j.internal.engine.EnginePicture;
import io.knet4j.internal.engine.HostState;
import io.knet4j.internal.engine.HostTable;
import io.knet4j.internal.engine.LinkState;
import io.knet4j.internal.engine.Reconfiguration;
import io.knet4j.internal.engine.ScopedAddress;
import io.knet4j.internal.security.AccessFilter;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSuite;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a node's configuration with all that they need: sockets, hosts, links, keys. What is
 * left to do cannot fail and takes little time. Closing it undoes what was prepared, unless it was
 * put in force.
 */
final class PreparedConfig implements AutoCloseable {
    private final Node node;
    private final Engine engine;
    private final EnginePicture picture;
    private final Map<Integer, EnginePicture.Host> hosts = new HashMap<>();

    private final Set<ScopedAddress> localsAfter = new HashSet<>();
    private final Reconfiguration changes = new Reconfiguration();
    private final Map<Integer, HostState> hostsAfter = new TreeMap<>();
    private final Set<Transport.Socket> shared = new HashSet<>();
    private final Map<ScopedAddress, Transport.Socket> bound = new HashMap<>();
    private final List<PacketSuite> suites = new ArrayList<>();
    private final Deque<Runnable> undo = new ArrayDeque<>();
    private int dscp;
    private boolean inForce;

    PreparedConfig(Node node, EnginePicture picture, NodeConfig desired) {
        this.node = node;
        this.picture = picture;
        for (HostConfig host : desired.hosts().values()) {
            for (LinkConfig link : host.links().values()) {
                if (link.local() != null) {
                    localsAfter.add(ScopedAddress.of(link.local()));
                }
            }
        }
        engine = node.engine();
        dscp = picture.settings().dscp();
        for (EnginePicture.Host host : picture.hosts()) {
            hosts.put(host.state().id(), host);
            hostsAfter.put(host.state().id(), host.state());
        }
    }

    // ---- preparing

    void setCrypto(CryptoSettings crypto) {
        Map<Integer, KeySlots.Slot> slots = new HashMap<>();
        for (int number = 1; number <= Crypto.SLOTS; number++) {
            KeySlots.Slot kept = crypto.slot(number).map(this::slotOf).orElse(null);
            if (kept != null && !slots.containsValue(kept)) {
                slots.put(number, kept);
            }
        }
        for (int number = 1; number <= Crypto.SLOTS; number++) {
            CryptoConfig config = crypto.slot(number).orElse(null);
            if (config != null && !slots.containsKey(number)) {
                PacketSuite suite = DesiredConfig.newSuite(node, number, config);
                suites.add(suite);
                slots.put(number, engine.newSlot(suite));
            }
        }
        KeySlots.Settings settings =
                new KeySlots.Settings(
                        slots.get(1), slots.get(2), crypto.sendingSlot(), crypto.clearTraffic());
        changes.step(_ -> engine.setKeys(settings));
    }

    private KeySlots.@Nullable Slot slotOf(CryptoConfig config) {
        for (int number = 1; number <= Crypto.SLOTS; number++) {
            KeySlots.Slot slot = picture.keys().slot(number);
            if (slot != null && slot.suite().config().equals(config)) {
                return slot;
            }
        }
        return null;
    }

    void setCompression(ActiveCompression compression) {
        changes.step(_ -> engine.setCompression(compression));
    }

    /** Makes one more change ready. */
    void add(ConfigChange change) {
        switch (change) {
            case CryptoSlotChanged _, SendingSlotChanged _, ClearTrafficChanged _ -> {
                // by setCrypto(), all at once
            }
            case CompressionChanged _ -> {
                // by setCompression(), since it was tried out already
            }
            case PathMtuIntervalChanged c ->
                    changes.step(_ -> engine.setPathMtuInterval(c.after()));
            case AccessListsSwitched c -> changes.step(_ -> engine.setAccessLists(c.after()));
            case DscpChanged c -> { // comes before the links, so that their sockets have it
                dscp = c.after();
                changes.step(_ -> engine.setDscp(c.after()));
            }
            case InterfaceMtuChanged c -> changes.step(_ -> engine.setInterfaceMtu(c.after()));
            case OnWireVersionForced c -> changes.step(_ -> engine.forceOnWireVersion(c.after()));
            case FlapControlChanged c -> changes.step(now -> engine.setFlapControl(now, c.after()));
            case HostRemoved c -> {
                EnginePicture.Host host = host(c.host());
                changes.remove(
                        host.state(),
                        host.links().stream().map(EnginePicture.Link::state).toList());
                hostsAfter.remove(c.host());
            }
            case HostRenamed c -> {
                HostState host = host(c.host()).state();
                changes.step(_ -> engine.setName(host, c.after()));
            }
            case PolicyChanged c -> {
                HostState host = host(c.host()).state();
                changes.step(_ -> engine.setPolicy(host, c.after()));
            }
            case LinkRemoved c -> changes.remove(link(c.host(), c.link()));
            case LinkChanged c when c.startsAnew() -> {
                changes.remove(link(c.host(), c.link()));
                addLink(host(c.host()).state(), host(c.host()).name(), c.link(), c.after());
            }
            case LinkChanged c -> {
                LinkState link = link(c.host(), c.link());
                if (c.before().highPriorityTraffic() != c.after().highPriorityTraffic()) {
                    setTrafficClass(c.before(), c.after().highPriorityTraffic());
                }
                AccessFilter filter = AccessFilter.of(c.after().accessRules());
                changes.step(now -> engine.setConfig(now, link, c.after(), filter));
            }
            case LinkAdded c ->
                    addLink(host(c.host()).state(), host(c.host()).name(), c.link(), c.config());
            case HostAdded c -> {
                HostState host = engine.newHost(c.host(), c.config().name(), c.config().policy());
                hostsAfter.put(c.host(), host);
                c.config()
                        .links()
                        .forEach((id, link) -> addLink(host, c.config().name(), id, link));
            }
        }
    }

    private EnginePicture.Host host(int id) {
        return Objects.requireNonNull(hosts.get(id));
    }

    private LinkState link(int host, int id) {
        return host(host).links().stream()
                .map(EnginePicture.Link::state)
                .filter(link -> link.id() == id)
                .findAny()
                .orElseThrow();
    }

    private void addLink(HostState host, String hostName, int id, LinkConfig config) {
        Transport.Socket socket =
                DesiredConfig.named(
                        name(host.id(), hostName) + ", link " + id, () -> socket(config));
        changes.add(
                engine.newLink(host, id, config, socket, AccessFilter.of(config.accessRules())));
    }

    static String name(int host, String name) {
        return "host " + host + (name.equals(Integer.toString(host)) ? "" : " (" + name + ')');
    }

    private Transport.@Nullable Socket socket(LinkConfig config) {
        InetSocketAddress local = config.local();
        if (local == null) {
            return null;
        }
        Transport.Socket open = picture.socketAt(local);
        if (open != null) {
            shared.add(open);
            return open;
        }
        Transport.Socket mine = bound.get(ScopedAddress.of(local));
        if (mine == null) {
            mine = bind(local, engine.socketOptions(config, dscp));
            bound.put(ScopedAddress.of(mine.local()), mine);
        }
        return mine;
    }

    private Transport.Socket bind(InetSocketAddress local, Transport.SocketOptions options) {
        Transport transport = node.runtime().transport();
        List<Transport.Socket> leaving =
                picture.sockets().values().stream()
                        .filter(socket -> socket.local().getPort() == local.getPort())
                        .filter(socket -> !localsAfter.contains(ScopedAddress.of(socket.local())))
                        .toList();
        return leaving.isEmpty()
                ? transport.bind(local, options)
                : transport.bindBeside(local, options, leaving);
    }

    private void setTrafficClass(LinkConfig link, boolean highPriority) {
        InetSocketAddress local = link.local();
        Transport.Socket socket = local == null ? null : picture.socketAt(local);
        if (socket != null) {
            Transport transport = node.runtime().transport();
            transport.setTrafficClass(socket, Engine.trafficClass(highPriority, dscp));
            int before = Engine.trafficClass(!highPriority, picture.settings().dscp());
            undo.push(() -> transport.setTrafficClass(socket, before));
        }
    }

    /** Everything was added. */
    void complete() {
        if (!hostsAfter.keySet().equals(hosts.keySet())) {
            changes.setHosts(new HostTable(hostsAfter.values()));
        }
    }

    // ---- in the control loop, where nothing may be done for the first time that takes long then

    /** Whether the sockets are still open that were found open. */
    boolean isCurrent() {
        for (Transport.Socket socket : shared) {
            if (!engine.isOpen(socket)) {
                return false;
            }
        }
        return true;
    }

    /** Makes all changes. */
    void putInForce() {
        inForce = true;
        engine.switchTo(node.runtime().nanoTime(), changes);
    }

    /** Does some of what is left to do then, and returns whether there is more. */
    boolean finish() {
        return engine.finish(node.runtime().nanoTime(), changes);
    }

    @Override
    public void close() {
        if (inForce) {
            return;
        }
        for (Runnable step : undo) {
            try {
                step.run();
            } catch (ConfigurationException _) {
                // what else is to be undone must be, and the first problem told
            }
        }
        suites.forEach(PacketSuite::wipe);
        List<Transport.Socket> sockets = List.copyOf(bound.values());
        for (int from = 0; from < sockets.size(); from += Node.SOCKETS_PER_COMMAND) {
            List<Transport.Socket> some =
                    sockets.subList(
                            from, Math.min(from + Node.SOCKETS_PER_COMMAND, sockets.size()));
            Runnable closing = () -> some.forEach(node.runtime().transport()::unbind);
            try {
                node.run(closing);
            } catch (KnetClosedException _) {
                closing.run(); // there is no control loop any more
            }
        }
    }
}
