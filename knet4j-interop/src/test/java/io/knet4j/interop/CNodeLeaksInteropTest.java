package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.testkit.relay.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What C nodes leave behind in the process. No other test may run meanwhile. */
@RequiresLibKnet
@Isolated
class CNodeLeaksInteropTest {
    @Test
    void closeLeavesNoThreadsAndNoDescriptors() throws Exception {
        openUseAndClose(); // whatever is created once per process is there now
        long descriptors = descriptors();
        long threads = threads();
        for (int i = 0; i < 2; i++) {
            openUseAndClose();
        }
        assertNoNodeThreads();
        assertEquals(descriptors, descriptors());
        // The JVM itself may start or end a few threads meanwhile; two pairs of nodes would leave
        // more than twenty.
        assertTrue(Math.abs(threads - threads()) <= 5, "threads before and after");
    }

    @Test
    void closeCleansUpAfterAFailure() throws Exception {
        assertNoNodeThreads();
        long descriptors = descriptors();
        try (CNode node = CNode.open(1)) {
            node.addHost(2);
            node.openChannel(0);
            assertThrows(LibKnetException.class, () -> node.openChannel(0));
            assertThrows(
                    LibKnetException.class,
                    () -> node.addLink(2, CLinkConfig.fast(9, FreePorts.loopback4(), null)));
        }
        assertNoNodeThreads();
        assertEquals(descriptors, descriptors());
    }

    private static void openUseAndClose() throws Exception {
        try (Pair pair = new Pair(FreePorts.loopback4(), FreePorts.loopback4())) {
            pair.awaitUp();
            pair.one.send(0, Payloads.numbered(1));
            assertNotNull(pair.two.poll(Await.LIMIT), "no message");
        }
    }

    private static void assertNoNodeThreads() {
        List<String> left =
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(n -> n.startsWith("cnode-") || n.equals("relay"))
                        .toList();
        assertEquals(List.of(), left); // close() has waited for them
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.map(CNodeLeaksInteropTest::target)
                    .filter(t ->
                            t.startsWith("socket:")
                                    || t.startsWith("pipe:")
                                    || t.startsWith("anon_inode:"))
                    .count();
        }
    }

    private static String target(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException _) {
            return "closed meanwhile";
        }
    }

    private static long threads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.count();
        }
    }
}
