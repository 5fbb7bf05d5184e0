package io.knet4j.interop.netns;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace with a name that no other has. It goes with {@link #close}; what a process
 * leaves behind that was killed is removed by the next one that opens a namespace.
 */
public final class Namespace implements AutoCloseable {
    private static final String PREFIX = "knet4j-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d+)-\\d+-.*");
    private static final Path DIRECTORY = Path.of("/run/netns");
    private static final AtomicInteger OPENED = new AtomicInteger();

    /**
     * Addresses are there at once, without a look whether another host has them. IPv6 ones stay
     * when an interface goes down, as IPv4 ones do. One may go without the others of its network.
     */
    private static final String SETTINGS =
            """
            cd /proc/sys/net/ipv6/conf &&
            for i in all default; do
              echo 0 > $i/accept_dad; echo 0 > $i/dad_transmits; echo 1 > $i/keep_addr_on_down
              echo 0 > $i/accept_ra; echo 0 > $i/router_solicitations
            done
            echo 1 > /proc/sys/net/ipv4/conf/all/promote_secondaries
            ip link set lo up
            """;

    private static final class Availability {
        private static final Optional<String> REASON = findReason();

        private static Optional<String> findReason() {
            try (Namespace probe = create("probe")) {
                probe.ip("link", "add", "probe0", "type", "veth", "peer", "name", "probe1");
                for (boolean ipv6 : new boolean[] {false, true}) {
                    probe.filter(ipv6, List.of("INPUT", "-p", "udp", "-j", "REJECT")).close();
                }
                return Optional.empty();
            } catch (IllegalStateException e) {
                return Optional.of(
                        "network namespaces are not available (they need Linux, root, iproute2 and"
                                + " iptables): "
                                + e.getMessage());
            }
        }
    }

    private final String name;

    private Namespace(String name) {
        this.name = name;
    }

    /** {@return why this machine has no namespaces for us; empty when it has} */
    public static Optional<String> unavailableReason() {
        return Availability.REASON;
    }

    /**
     * Creates a namespace with the loopback interface only, which is up.
     *
     * @param role part of its name
     * @return the namespace
     * @throws IllegalStateException when that fails
     */
    public static Namespace open(String role) {
        Optional<String> reason = unavailableReason();
        if (reason.isPresent()) {
            throw new IllegalStateException(reason.get());
        }
        return create(role);
    }

    private static Namespace create(String role) {
        int number = OPENED.getAndIncrement();
        if (number == 0) {
            removeStale(pid -> ProcessHandle.of(pid).isPresent());
        }
        Namespace namespace =
                new Namespace(PREFIX + ProcessHandle.current().pid() + '-' + number + '-' + role);
        Commands.run(List.of("ip", "netns", "add", namespace.name));
        try {
            namespace.run("sh", "-c", SETTINGS);
            return namespace;
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    /**
     * Removes the namespaces of processes that did not live long enough to do so, and returns their
     * names.
     */
    static List<String> removeStale(LongPredicate isAlive) {
        List<String> stale = new ArrayList<>();
        if (!Files.isDirectory(DIRECTORY)) {
            return stale;
        }
        String[] names = DIRECTORY.toFile().list();
        for (String found : names == null ? new String[0] : names) {
            Matcher matcher = NAME.matcher(found);
            if (matcher.matches() && !isAlive.test(Long.parseLong(matcher.group(1)))) {
                try {
                    new Namespace(found).close();
                    stale.add(found);
                } catch (IllegalStateException _) {
                    // another process was faster
                }
            }
        }
        return stale;
    }

    /** {@return its name, as {@code ip netns} lists it} */
    public String name() {
        return name;
    }

    /** {@return the words to put before a command that is to run inside} */
    public List<String> launcher() {
        return List.of("ip", "netns", "exec", name);
    }

    /**
     * Runs a command inside.
     *
     * @param command its words
     * @return what it prints
     * @throws IllegalStateException when it fails
     */
    public String run(String... command) {
        List<String> words = new ArrayList<>(launcher());
        words.addAll(List.of(command));
        return Commands.run(words);
    }

    /**
     * Runs {@code ip} in the namespace.
     *
     * @param words its arguments
     * @return what it prints
     * @throws IllegalStateException when it fails
     */
    public String ip(String... words) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(words));
        return Commands.run(command);
    }

    /** Runs several commands of {@code ip}, one per line. */
    void ipBatch(List<String> lines) {
        Commands.run(List.of("ip", "-n", name, "-batch", "-"), String.join("\n", lines) + '\n');
    }

    /**
     * Adds a rule to the packet filter.
     *
     * @param ipv6 whether to that of IPv6 or to that of IPv4
     * @param rule chain and rule, as {@code iptables --append} takes them
     * @return the rule
     * @throws IllegalStateException when there is no such rule
     */
    public FilterRule filter(boolean ipv6, List<String> rule) {
        return new FilterRule(this, ipv6, rule);
    }

    /**
     * Keeps the namespace from telling senders that their packets are too big for the way they have
     * to go: it becomes a black hole for them.
     */
    public void swallowTooBig() {
        filter(
                false,
                List.of(
                        "OUTPUT",
                        "-p",
                        "icmp",
                        "--icmp-type",
                        "fragmentation-needed",
                        "-j",
                        "DROP"));
        filter(
                true,
                List.of("OUTPUT", "-p", "icmpv6", "--icmpv6-type", "packet-too-big", "-j", "DROP"));
    }

    /** Has the kernel forget what routers told it about path MTUs, as it does after ten minutes. */
    public void forgetPathMtus() {
        ip("-4", "route", "flush", "cache");
        ip("-6", "route", "flush", "cache");
    }

    /**
     * Reads the kernel's counters of a protocol.
     *
     * @param protocol its name in {@code /proc/net/snmp}, such as {@code Udp}
     * @return the counters by their names there
     */
    public Map<String, Long> counters(String protocol) {
        List<String[]> lines =
                run("cat", "/proc/net/snmp")
                        .lines()
                        .filter(line -> line.startsWith(protocol + ": "))
                        .map(line -> line.split(" "))
                        .toList();
        Map<String, Long> counters = new HashMap<>();
        for (int i = 1; i < lines.getFirst().length; i++) {
            counters.put(lines.getFirst()[i], Long.valueOf(lines.getLast()[i]));
        }
        return counters;
    }

    /** Removes all rules of the packet filter. */
    public void clearFilters() {
        for (String tool : List.of("iptables", "ip6tables")) {
            run(tool, "-w", "10", "--flush");
        }
    }

    /**
     * Removes the namespace with its interfaces. Processes inside keep it, without its name, for as
     * long as they run.
     */
    @Override
    public void close() {
        Commands.run(List.of("ip", "netns", "del", name));
    }

    @Override
    public String toString() {
        return name;
    }
}
