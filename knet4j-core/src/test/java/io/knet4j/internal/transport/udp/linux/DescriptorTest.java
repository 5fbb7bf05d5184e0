package io.knet4j.internal.transport.udp.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class DescriptorTest {

    private static Descriptor open() {
        try (Arena arena = Arena.ofConfined()) {
            return new Descriptor(LibC.eventfd(arena.allocate(LibC.CAPTURE)));
        }
    }

    /** Something else may have the same number by now. */
    private static boolean isOpen(int fd) {
        try {
            Path target = Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(fd)));
            return target.toString().contains("eventfd");
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void withoutUsersItIsClosedAtOnce() {
        Descriptor descriptor = open();
        assertThat(isOpen(descriptor.fd())).isTrue();
        descriptor.close();
        assertThat(isOpen(descriptor.fd())).isFalse();
        assertThat(descriptor.acquire()).isFalse();
        descriptor.close();
    }

    @Test
    void theLastUserClosesIt() {
        Descriptor descriptor = open();
        assertThat(descriptor.acquire()).isTrue();
        assertThat(descriptor.acquire()).isTrue();
        descriptor.close();
        assertThat(descriptor.acquire()).isFalse();
        descriptor.release();
        assertThat(isOpen(descriptor.fd())).isTrue();
        descriptor.release();
        assertThat(isOpen(descriptor.fd())).isFalse();
    }

    @Test
    void whoUsesItHasItOpenWhateverOthersDo() throws Exception {
        int threads = 3;
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int round = 0; round < 200; round++) {
                Descriptor descriptor = open();
                CountDownLatch running = new CountDownLatch(threads);
                List<Future<Boolean>> users = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    users.add(
                            executor.submit(() -> {
                                boolean open = true;
                                running.countDown();
                                while (descriptor.acquire()) {
                                    open &= isOpen(descriptor.fd());
                                    descriptor.release();
                                }
                                return open;
                            }));
                }
                running.await();
                descriptor.close();
                for (Future<Boolean> user : users) {
                    assertThat(user.get()).isTrue();
                }
                assertThat(isOpen(descriptor.fd())).isFalse();
            }
        }
    }
}
