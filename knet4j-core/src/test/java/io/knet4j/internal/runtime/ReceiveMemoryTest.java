package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Knet;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReceiveMemoryTest {
    private final ReceiveMemory memory = new ReceiveMemory();

    @Test
    void whatIsGivenBackIsTakenAgainOnce() {
        ByteBuffer first = memory.take(1000);
        ByteBuffer second = memory.take(1000);
        assertThat(second).isNotSameAs(first);
        assertThat(first.isDirect()).isTrue();
        memory.giveBack(first);
        assertThat(memory.take(2000)).isNotSameAs(first);
        assertThat(memory.take(1000)).isSameAs(first);
        assertThat(memory.take(1000)).isNotSameAs(first).isNotSameAs(second);
    }

    @Test
    void whatNobodyTakesIsCollected() {
        WeakReference<ByteBuffer> idle = new WeakReference<>(memory.take(1000));
        memory.giveBack(memory.take(1000));
        while (!idle.refersTo(null)) { // the test's time is bounded
            System.gc();
        }
        assertThat(memory.take(1000)).isNotNull();
    }

    @Test
    void nodesThatAreClosedKeepNoneOfIt() {
        List<Knet> closed = new ArrayList<>();
        long before = direct();
        for (int i = 0; i < 10; i++) {
            Knet node = Knet.builder(1).open();
            node.close();
            closed.add(node);
        }
        assertThat(direct() - before).isLessThan(12 << 20);
        assertThat(closed).hasSize(10); // all of them could still be asked
    }

    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
