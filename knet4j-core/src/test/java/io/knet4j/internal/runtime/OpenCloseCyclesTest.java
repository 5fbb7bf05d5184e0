package io.knet4j.internal.runtime;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.knet4j.Channel;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.SharedKey;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Pairs of nodes are opened, joined by two links, used with crypto and compression, and closed,
 * again and again: no thread, descriptor or memory outside of the heap is left over.
 *
 * <p>{@code ./mvnw test -Pslow -pl knet4j-core -Dtest=OpenCloseCyclesTest} does so a thousand times
 * and prints what it measured.
 */
class OpenCloseCyclesTest {
    private static final Path SELF = Path.of("/proc/self");
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int MESSAGES = 8;

    /**
     * What the virtual machine takes for itself goes up and down, above all for its compiler; a few
     * cycles do not stand out from that.
     */
    private static final long MALLOC_TOLERANCE = 16 << 20;

    private static final int ENOUGH_FOR_MALLOC = 1_000;

    private static final StructLayout MALLINFO =
            MemoryLayout.structLayout(
                    Stream.of(
                                    "arena",
                                    "ordblks",
                                    "smblks",
                                    "hblks",
                                    "hblkhd",
                                    "usmblks",
                                    "fsmblks",
                                    "uordblks",
                                    "fordblks",
                                    "keepcost")
                            .map(JAVA_LONG::withName)
                            .toArray(MemoryLayout[]::new));

    /** What this process has. */
    private record Resources(List<String> threads, long descriptors, long direct, long malloced) {
        static Resources now() throws IOException {
            return new Resources(
                    Thread.getAllStackTraces().keySet().stream()
                            .map(Thread::getName)
                            .filter(name -> name.startsWith("knet-"))
                            .sorted()
                            .toList(),
                    descriptorCount(),
                    directBytes(),
                    mallocedBytes());
        }

        private static long descriptorCount() throws IOException {
            try (Stream<Path> files = Files.list(SELF.resolve("fd"))) {
                return files.count();
            }
        }

        private static long directBytes() {
            return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .mapToLong(BufferPoolMXBean::getMemoryUsed)
                    .sum();
        }

        /** What native code holds, that of the JDK included. */
        @SuppressWarnings("restricted") // as the module itself, which may use native code
        private static long mallocedBytes() {
            MethodHandle mallinfo =
                    Linker.nativeLinker()
                            .downcallHandle(
                                    Linker.nativeLinker().defaultLookup().findOrThrow("mallinfo2"),
                                    FunctionDescriptor.of(MALLINFO));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment info = (MemorySegment) mallinfo.invokeExact((SegmentAllocator) arena);
                return field(info, "hblkhd") + field(info, "uordblks");
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }

        private static long field(MemorySegment info, String name) {
            return info.get(JAVA_LONG, MALLINFO.byteOffset(PathElement.groupElement(name)));
        }
    }

    @BeforeAll
    static void needsLinux() {
        assumeThat(SELF.resolve("fd")).isDirectory();
        assumeThat(Linker.nativeLinker().defaultLookup().find("mallinfo2")).isPresent();
    }

    @Test
    void aFewCyclesLeaveNothing() throws Exception {
        check(30);
    }

    @Test
    @Tag("slow")
    void aThousandCyclesLeaveNothing() throws Exception {
        check(1_000);
    }

    private static void check(int cycles) throws Exception {
        for (int i = 0; i < 3; i++) {
            cycle(i); // what is made once in a process
        }
        Resources before = settled(null);
        long start = System.nanoTime();
        for (int i = 0; i < cycles; i++) {
            cycle(i);
        }
        long took = System.nanoTime() - start;
        Resources after = settled(before);
        System.out.printf(
                "%d cycles in %d ms%n  before %s%n  after  %s%n",
                cycles, took / 1_000_000, before, after);
        assertThat(before.threads).containsAll(after.threads);
        assertThat(after.descriptors).isLessThanOrEqualTo(before.descriptors);
        assertThat(after.direct).isLessThanOrEqualTo(before.direct);
        if (cycles >= ENOUGH_FOR_MALLOC) {
            assertThat(after.malloced).isLessThan(before.malloced + MALLOC_TOLERANCE);
        }
    }

    /** When the collector has found what it will find, or the time is over. */
    private static Resources settled(Resources atMost) throws IOException {
        long end = System.nanoTime() + LONG.toNanos() / 4;
        Resources last = Resources.now();
        long lowest = Long.MAX_VALUE;
        while (System.nanoTime() < end
                && (atMost == null
                        ? last.direct < lowest || !last.threads.isEmpty()
                        : last.direct > atMost.direct
                                || last.descriptors > atMost.descriptors
                                || last.threads.size() > atMost.threads.size())) {
            lowest = last.direct;
            System.gc();
            last = Resources.now();
        }
        return last;
    }

    private static void cycle(int number) throws Exception {
        try (SharedKey key = SharedKey.generate(256);
                Knet one = open(1, key);
                Knet two = open(2, key)) {
            Pairs.join(one, two, 2);
            Semaphore arrived = new Semaphore(0);
            Knet.Registration listener = one.onEvent(_ -> {});
            Channel handled = two.channel(0);
            handled.onMessage(_ -> arrived.release());
            Channel read = one.channel(0);
            for (int i = 0; i < MESSAGES; i++) {
                read.send(ByteBuffer.allocate(1 + i * 9_000), Destination.host(2));
            }
            assertThat(arrived.tryAcquire(MESSAGES, LONG.toMillis(), TimeUnit.MILLISECONDS))
                    .as("cycle %d: %d arrived", number, arrived.availablePermits())
                    .isTrue();
            handled.sendSync(ByteBuffer.allocate(100), Destination.host(1));
            assertThat(read.receive(LONG)).isPresent();
            switch (number % 3) {
                case 0 -> {}
                case 1 -> {
                    listener.close();
                    handled.close();
                }
                default -> read.send(ByteBuffer.allocate(50_000), Destination.host(2)); // under way
            }
        }
    }

    private static Knet open(int id, SharedKey key) {
        return Knet.builder(id)
                .crypto(CryptoConfig.aes256Sha256(key))
                .cryptoThreads(2)
                .compression(CompressionConfig.of(CompressionMethod.ZLIB))
                .open();
    }
}
