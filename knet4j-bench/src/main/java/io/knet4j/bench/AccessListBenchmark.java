package io.knet4j.bench;

import io.knet4j.AccessRule;
import io.knet4j.internal.security.AccessFilter;
import io.knet4j.internal.security.AccessUnion;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Looking up an address in an access list, and changing the list. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AccessListBenchmark {
    private static final int SOURCES = 4096;

    /** Number of rules. */
    @Param({"1", "1000"})
    public int rules;

    /** Family of the addresses. */
    @Param({"4", "6"})
    public int family;

    /**
     * What the rules are: {@code mixed} addresses, prefixes and ranges that overlap; or {@code
     * scattered}, masks whose ones are not contiguous, which are the worst that there is.
     */
    @Param({"mixed", "scattered"})
    public String kind = "";

    private final SplittableRandom random = new SplittableRandom(42);
    private final InetAddress[] sources = new InetAddress[SOURCES];
    private List<AccessRule> list = List.of();
    private AccessFilter filter = AccessFilter.EMPTY;
    private AccessFilter changed = AccessFilter.EMPTY;
    private final AccessUnion union = new AccessUnion();
    private int next;

    /** Makes the list and addresses of which about half are in it. */
    @Setup
    public void setUp() {
        list = new ArrayList<>();
        while (list.size() < rules) {
            AccessRule rule = AccessRule.parse(rule());
            if (!list.contains(rule)) {
                list.add(rule);
            }
        }
        filter = AccessFilter.of(list);
        union.add(filter);
        changed = filter.with(rules / 2, AccessRule.parse("reject 192.0.2.1"));
        for (int i = 0; i < SOURCES; i++) {
            sources[i] = InetAddress.ofLiteral(address(random.nextInt(1 << 16)));
        }
    }

    private String rule() {
        String action = random.nextBoolean() ? "accept " : "reject ";
        int number = random.nextInt(1 << 15);
        if (kind.equals("scattered")) {
            String mask = family == 4 ? "255.0.255.255" : "ffff:0:ffff:ffff:ffff:ffff:ffff:ffff";
            return action + zeroSecond(address(number)) + '/' + mask;
        }
        return switch (random.nextInt(3)) {
            case 0 -> action + address(number);
            case 1 -> action + address(number & ~15) + (family == 4 ? "/28" : "/124");
            default -> action + address(number) + '-' + address(number + random.nextInt(64));
        };
    }

    private String address(int number) {
        return family == 4
                ? String.format(Locale.ROOT, "10.7.%d.%d", number >>> 8, number & 0xff)
                : String.format(Locale.ROOT, "fd00:7:0:0:0:0:0:%x", number);
    }

    private String zeroSecond(String address) {
        return family == 4 ? address.replace("10.7.", "10.0.") : address.replace(":7:", ":0:");
    }

    private InetAddress source() {
        next = next + 1 & SOURCES - 1;
        return sources[next];
    }

    /** What a packet for a link costs whose source the link does not have yet. */
    @Benchmark
    public boolean accepts() {
        return filter.accepts(source());
    }

    /** What a datagram from a stranger costs. */
    @Benchmark
    public boolean mayAccept() {
        return union.mayAccept(source());
    }

    /** What the caller does to change a list. */
    @Benchmark
    public AccessFilter prepare() {
        return AccessFilter.of(list);
    }

    /** What the control loop does to change a list, with the next datagram from a stranger. */
    @Benchmark
    public boolean replace() {
        union.remove(filter);
        union.add(changed);
        AccessFilter before = filter;
        filter = changed;
        changed = before;
        return union.mayAccept(source());
    }
}
