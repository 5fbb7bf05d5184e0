package io.knet4j.cli.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.knet4j.SharedKey;
import io.knet4j.cli.CommandException;
import io.knet4j.testkit.relay.Relay;
import io.knet4j.testkit.relay.RelayLink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Three hosts in processes of their own, with two links between each pair. Each link leads through
 * a relay in this process, which is where it can be cut.
 *
 * <p>Nobody needs to know a port beforehand: the relays have theirs from the system and learn those
 * of the hosts from the first datagram.
 */
final class Cluster implements AutoCloseable {

    static final int HOSTS = 3;
    static final int LINKS = 2;

    private final Relay relay;
    private final StallMeter stalls = new StallMeter();
    private final Map<Observations.End, RelayLink> links = new HashMap<>();
    private final List<HostProcess> hosts = new ArrayList<>();
    private final Observations observations = new Observations();

    private Cluster(long seed) {
        relay = Relay.open(seed);
    }

    /**
     * Starts all processes.
     *
     * @param key encrypts and signs all packets; empty for clear ones
     * @param listener told every change that a host sees
     */
    static Cluster start(long seed, Optional<SharedKey> key, Consumer<Observations.Change> listener)
            throws CommandException, InterruptedException {
        Cluster cluster = new Cluster(seed);
        boolean started = false;
        try {
            cluster.startHosts(seed, key, listener);
            started = true;
            return cluster;
        } finally {
            if (!started) {
                cluster.close();
            }
        }
    }

    private void startHosts(
            long seed, Optional<SharedKey> key, Consumer<Observations.Change> listener)
            throws CommandException, InterruptedException {
        for (int id = 1; id <= HOSTS; id++) {
            hosts.add(
                    HostProcess.start(
                            id,
                            seed,
                            key,
                            (host, json) -> {
                                Observations.Change change = Observations.Change.of(host, json);
                                observations.add(change);
                                listener.accept(change);
                            }));
        }
        Map<Integer, JsonArray> plans = new HashMap<>();
        hosts.forEach(host -> plans.put(host.id(), new JsonArray()));
        for (int a = 1; a <= HOSTS; a++) {
            for (int b = a + 1; b <= HOSTS; b++) {
                for (int link = 0; link < LINKS; link++) {
                    RelayLink relayed = relay.link(null, null);
                    links.put(new Observations.End(a, b, link), relayed);
                    plan(plans, a, b, link, relayed.addressForA().getPort());
                    plan(plans, b, a, link, relayed.addressForB().getPort());
                }
            }
        }
        for (HostProcess host : hosts) {
            JsonObject command = command("links");
            command.add("links", plans.get(host.id()));
            host.command(command);
        }
        awaitDone();
    }

    private static void plan(
            Map<Integer, JsonArray> plans, int host, int peer, int link, int port) {
        JsonObject json = new JsonObject();
        json.addProperty("peer", peer);
        json.addProperty("link", link);
        json.addProperty("port", port);
        plans.computeIfAbsent(host, _ -> new JsonArray()).add(json);
    }

    private static JsonObject command(String what) {
        JsonObject command = new JsonObject();
        command.addProperty("do", what);
        return command;
    }

    private void commandAll(JsonObject command) throws CommandException, InterruptedException {
        for (HostProcess host : hosts) {
            host.command(command);
        }
        awaitDone();
    }

    private void awaitDone() throws CommandException, InterruptedException {
        for (HostProcess host : hosts) {
            host.answer("done");
        }
    }

    Observations observations() {
        return observations;
    }

    /** The link between two hosts, of which {@code a} has the lower id. */
    RelayLink link(int a, int b, int link) {
        RelayLink found = links.get(new Observations.End(a, b, link));
        if (found == null) {
            throw new IllegalArgumentException("no link " + link + " between " + a + " and " + b);
        }
        return found;
    }

    /** All hosts take a policy and begin new accounts. */
    void startPhase(int number, long start, String policy)
            throws CommandException, InterruptedException {
        JsonObject command = command("phase");
        command.addProperty("number", number);
        command.addProperty("start", start);
        command.addProperty("policy", policy);
        stalls.takeMicros();
        commandAll(command);
    }

    /** All hosts begin to send, or stop. */
    void send(boolean on) throws CommandException, InterruptedException {
        JsonObject command = command("send");
        command.addProperty("on", on);
        commandAll(command);
    }

    /** The accounts of a phase, and how long the machine held up each process meanwhile. */
    record Report(List<Exchange> exchanges, List<Long> stalls) {}

    /** Waits until nothing is on its way any more and collects the accounts. */
    Report report() throws CommandException, InterruptedException {
        for (HostProcess host : hosts) {
            host.command(command("report"));
        }
        Map<Observations.Way, JsonObject> accounts = new HashMap<>();
        List<Long> longestStalls = new ArrayList<>(List.of(stalls.takeMicros()));
        for (HostProcess host : hosts) {
            JsonObject report = host.answer("report");
            host.answer("done");
            longestStalls.add(report.get("stall_us").getAsLong());
            for (JsonElement element : report.getAsJsonArray("peers")) {
                JsonObject account = element.getAsJsonObject();
                accounts.put(
                        new Observations.Way(host.id(), account.get("peer").getAsInt()), account);
            }
        }
        List<Exchange> exchanges = new ArrayList<>();
        accounts.forEach((way, account) -> {
            JsonObject other = accounts.get(way.back());
            if (other != null) {
                exchanges.add(Exchange.of(way.host(), way.peer(), account, other));
            }
        });
        return new Report(exchanges, longestStalls);
    }

    @Override
    public void close() {
        hosts.forEach(HostProcess::close);
        relay.close();
        stalls.close();
    }
}
