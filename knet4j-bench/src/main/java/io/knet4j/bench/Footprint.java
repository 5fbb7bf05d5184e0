package io.knet4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this process holds, the C library's part included.
 *
 * @param heap bytes in use after a collection
 * @param direct bytes of direct buffers
 * @param resident bytes of the process in memory
 * @param threads of Java
 * @param descriptors open files and sockets
 */
public record Footprint(long heap, long direct, long resident, int threads, int descriptors) {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final String RESIDENT = "VmRSS:";

    /** {@return what it is after a collection of garbage} */
    public static Footprint now() {
        System.gc();
        return new Footprint(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum(),
                residentBytes(ProcessHandle.current().pid()),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                openDescriptors());
    }

    /** {@return bytes of objects and direct buffers} */
    public long memory() {
        return heap + direct;
    }

    /** {@return the memory of a process, in bytes; 0 where the system does not tell} */
    public static long residentBytes(long pid) {
        Path status = Path.of("/proc", String.valueOf(pid), "status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith(RESIDENT))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int openDescriptors() {
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
            return (int) open.count() - 1; // that of the folder itself
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
