package io.knet4j.testkit.campaign;

import io.knet4j.ClearTraffic;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.CryptoSettings;
import io.knet4j.Knet;
import io.knet4j.SharedKey;
import io.knet4j.testkit.SimCluster;
import io.knet4j.testkit.SimNetwork;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The crypto of a cluster, and its changes of key: each in three rounds over the hosts, which first
 * get to know the new key, then send by it, then forget the old one. A host that is down is changed
 * in its configuration file, which it reads when it starts; for one that is paused, the operator
 * waits.
 */
final class Rekeying {
    private static final int KEY_BYTES = 128;
    private static final int RETRY_MILLIS = 20;

    /** What is under way arrives before keys are forgotten. */
    private static final int ROUND_MILLIS = 40;

    private final Setup setup;
    private final SimNetwork network;
    private final SimCluster cluster;
    private final Agenda agenda;
    private final Map<Integer, CryptoSettings> settings = new HashMap<>();
    private final ArrayDeque<Change> changes = new ArrayDeque<>();

    /** What any host has had. */
    private final Set<CryptoConfig> used = new LinkedHashSet<>();

    private record Change(int host, int gapMillis, UnaryOperator<CryptoSettings> change) {}

    Rekeying(Setup setup, SimNetwork network, SimCluster cluster, Agenda agenda) {
        this.setup = setup;
        this.network = network;
        this.cluster = cluster;
        this.agenda = agenda;
        if (setup.encrypted()) {
            CryptoSettings first =
                    CryptoSettings.of(crypto(setup, 0)).withClearTraffic(ClearTraffic.REFUSE);
            for (int host = 1; host <= setup.hosts(); host++) {
                set(host, first);
                configure(host);
            }
        }
    }

    static CryptoConfig crypto(Setup setup, int key) {
        byte[] bytes = new byte[KEY_BYTES];
        bytes[0] = (byte) key;
        bytes[1] = (byte) (key >>> 8);
        CryptoCipher cipher = setup.cipher();
        CryptoHash hash = Objects.requireNonNull(setup.hash());
        return new CryptoConfig(cipher, hash, SharedKey.of(bytes));
    }

    private void set(int host, CryptoSettings wanted) {
        settings.put(host, wanted);
        wanted.slot(1).ifPresent(used::add);
        wanted.slot(2).ifPresent(used::add);
    }

    /** A host reads its configuration. */
    void configure(int host) {
        CryptoSettings wanted = settings.get(host);
        if (wanted != null) {
            Knet node = cluster.node(host);
            node.apply(node.nodeConfig().toBuilder().crypto(wanted).build());
        }
    }

    /** What hosts have had and no host has any more. */
    List<CryptoConfig> retired() {
        return used.stream()
                .filter(config -> settings.values().stream().noneMatch(now -> has(now, config)))
                .toList();
    }

    private static boolean has(CryptoSettings settings, CryptoConfig config) {
        return settings.slot(1).filter(config::equals).isPresent()
                || settings.slot(2).filter(config::equals).isPresent();
    }

    void begin(Step.Rekey step) {
        boolean idle = changes.isEmpty();
        CryptoConfig next = crypto(setup, step.key());
        round(step, now -> now.withSlot(3 - now.sendingSlot(), next));
        round(step, now -> now.withSendingSlot(3 - now.sendingSlot()));
        round(step, now -> now.withoutSlot(3 - now.sendingSlot()));
        if (idle) {
            goOn();
        }
    }

    private void round(Step.Rekey step, UnaryOperator<CryptoSettings> change) {
        for (int i = 0; i < setup.hosts(); i++) {
            int host = 1 + (i + step.key()) % setup.hosts();
            boolean last = i == setup.hosts() - 1;
            int gap = step.gapMillis() + (last ? ROUND_MILLIS : 0);
            changes.add(new Change(host, gap, change));
        }
    }

    private void goOn() {
        Change next = changes.peek();
        if (next == null) {
            return;
        }
        Knet node = cluster.node(next.host);
        boolean alive = network.nodes().contains(node);
        if (alive && network.isPaused(node)) {
            agenda.in(RETRY_MILLIS, this::goOn);
            return;
        }
        set(next.host, next.change.apply(Objects.requireNonNull(settings.get(next.host))));
        if (alive) {
            configure(next.host);
        }
        changes.remove();
        agenda.in(next.gapMillis, this::goOn);
    }
}
