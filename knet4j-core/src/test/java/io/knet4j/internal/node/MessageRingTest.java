package io.knet4j.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageRingTest {
    private static final int CAPACITY = 1 << 17;
    private static final int SLOTS = CAPACITY / 256;

    private MessageRing ring = new MessageRing(CAPACITY);

    private boolean offer(int tag, int length) {
        ByteBuffer payload = ByteBuffer.allocate(length);
        for (int i = 0; i < length; i++) {
            payload.put(i, (byte) (tag + i));
        }
        return ring.offer(tag, "to " + tag, payload, 0, length);
    }

    private void assertMessage(int position, int tag, int length) {
        assertThat(ring.isReady(position)).isTrue();
        assertThat(ring.tag(position)).isEqualTo(tag);
        assertThat(ring.length(position)).isEqualTo(length);
        assertThat(ring.attachment(position)).isEqualTo("to " + tag);
        for (int i = 0; i < length; i++) {
            if (ring.data().get(ring.offset(position) + i) != (byte) (tag + i)) {
                throw new AssertionError("message " + tag + " is damaged at " + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {CAPACITY, 1 << 20, 1 << 21})
    void keepsOrderAndBytesOverManyRounds(int capacity) {
        ring = new MessageRing(capacity);
        SplittableRandom random = new SplittableRandom(1);
        int added = 0;
        int taken = 0;
        List<Integer> lengths = new ArrayList<>();
        while (taken < 20_000) {
            int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 65_536 : 500);
            while (offer(added, length)) {
                lengths.add(length);
                added++;
            }
            int available = ring.available(Integer.MAX_VALUE);
            assertThat(available).isEqualTo(added - taken).isPositive();
            int some = 1 + random.nextInt(available);
            for (int i = 0; i < some; i++) {
                assertMessage(i, taken + i, lengths.get(taken + i));
            }
            ring.release(some);
            taken += some;
        }
        assertThat(ring.added()).isEqualTo(added);
        assertThat(ring.taken()).isEqualTo(taken);
    }

    @Test
    void isFullWhenItsBytesAreTaken() {
        assertThat(offer(1, 65_536)).isTrue();
        assertThat(offer(2, 65_536)).isTrue();
        assertThat(offer(3, 1)).isFalse();
        assertThat(ring.hasRoom(1)).isFalse();
        ring.release(1);
        assertThat(ring.hasRoom(65_536)).isTrue();
        assertThat(offer(3, 65_536)).isTrue();
        assertMessage(0, 2, 65_536);
        assertMessage(1, 3, 65_536);
    }

    @Test
    void isFullWhenItsSlotsAreTaken() {
        for (int i = 0; i < SLOTS; i++) {
            assertThat(offer(i, 1)).isTrue();
        }
        assertThat(offer(SLOTS, 1)).isFalse();
        assertThat(ring.available(Integer.MAX_VALUE)).isEqualTo(SLOTS);
        assertThat(ring.isReady(SLOTS)).as("not the first one once more").isFalse();
        ring.release(SLOTS);
        assertThat(ring.available(Integer.MAX_VALUE)).isZero();
        assertThat(offer(SLOTS, 1)).isTrue();
        assertMessage(0, SLOTS, 1);
    }

    @Test
    void aMessageIsInOnePieceAtTheEndOfTheMemory() {
        assertThat(offer(1, 60_000)).isTrue();
        assertThat(offer(2, 60_000)).isTrue();
        ring.release(1);
        assertThat(offer(3, 60_000)).as("11,072 bytes at the end stay free").isTrue();
        assertMessage(1, 3, 60_000);
        assertThat(ring.offset(1)).isZero();
        assertThat(offer(4, 1)).as("they count until they are released").isFalse();
        ring.release(2);
        assertThat(offer(4, 65_536)).isTrue();
    }

    @Test
    void refusesMessagesAfterTheEnd() {
        assertThat(offer(1, 10)).isTrue();
        ring.close();
        assertThat(offer(2, 10)).isFalse();
        assertThat(ring.claim(1, null, 1)).isNegative();
        assertMessage(0, 1, 10);
    }

    @Test
    void aClaimHoldsUpWhatIsBehindIt() {
        assertThat(offer(1, 10)).isTrue();
        int slot = ring.claim(2, "to 2", 20);
        assertThat(offer(3, 30)).isTrue();
        assertThat(ring.available(100)).isEqualTo(1);
        ByteBuffer room = ring.room(slot);
        assertThat(room.capacity()).isEqualTo(20);
        for (int i = 0; i < 20; i++) {
            room.put((byte) (2 + i));
        }
        assertThat(ring.available(100)).isEqualTo(1);
        ring.commit(slot);
        assertThat(ring.available(100)).isEqualTo(3);
        assertMessage(0, 1, 10);
        assertMessage(1, 2, 20);
        assertMessage(2, 3, 30);
    }

    @Test
    void anAbortedClaimLeavesNothing() {
        int first = ring.claim(1, "to 1", 65_536);
        assertThat(offer(2, 10)).isTrue();
        int third = ring.claim(3, "to 3", 10);
        ring.abort(third);
        assertThat(ring.releaseAborted()).as("behind others").isZero();
        ring.abort(first);
        assertThat(ring.available(100)).isZero();
        assertThat(ring.releaseAborted()).isEqualTo(1);
        assertThat(ring.available(100)).isEqualTo(1);
        assertMessage(0, 2, 10);
        ring.release(1);
        assertThat(ring.hasMessage()).isTrue();
        assertThat(ring.releaseAborted()).isEqualTo(1);
        assertThat(ring.hasMessage()).isFalse();
        assertThat(offer(4, 65_536)).isTrue();
    }

    @Test
    void aSourceThatIsTooShortLeavesNothing() {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> ring.offer(1, null, ByteBuffer.allocate(5), 0, 6));
        assertThat(offer(2, 10)).isTrue();
        assertThat(ring.releaseAborted()).isEqualTo(1);
        assertMessage(0, 2, 10);
    }

    @ParameterizedTest
    @ValueSource(ints = {CAPACITY, 1 << 20})
    void countsOfBytesMayOverflow(int capacity) {
        ring = new MessageRing(capacity);
        for (long bytes = 0; bytes < 10L << 30; bytes += 65_535) {
            ring.commit(ring.claim(7, null, 65_535));
            assertThat(ring.isReady(0) && ring.length(0) == 65_535).isTrue();
            ring.release(1);
        }
        assertThat(offer(1, 65_536)).isTrue();
        assertMessage(0, 1, 65_536);
    }

    @Test
    void beginsAgainWhereMemoryIsWarmOnceItIsDrained() {
        ring = new MessageRing(1 << 21);
        for (int i = 0; i < 9; i++) {
            assertThat(offer(i, 65_536)).isTrue();
        }
        ring.release(8);
        assertThat(offer(9, 65_536)).isTrue();
        assertThat(ring.offset(1)).as("one was still there").isEqualTo(9 * 65_536);
        ring.release(2);
        assertThat(ring.isEmpty()).isTrue();
        assertThat(offer(10, 65_536)).isTrue();
        assertThat(ring.offset(0)).isZero();
        assertMessage(0, 10, 65_536);
        for (int i = 11; i < 11 + 31; i++) {
            assertThat(offer(i, 65_536)).as("all of it is free").isTrue();
        }
        assertThat(offer(50, 1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1, 17", "2, 17", "4, 17", "1, 20", "3, 20", "2, 23"})
    void takesTheMessagesOfAllProducersInTheirOrder(int producers, int capacityBits)
            throws InterruptedException {
        ring = new MessageRing(1 << capacityBits);
        int each = 100_000;
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            int tag = p;
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                SplittableRandom random = new SplittableRandom(tag);
                                ByteBuffer payload = ByteBuffer.allocate(300);
                                for (int i = 0; i < each; i++) {
                                    int length = 8 + random.nextInt(293);
                                    payload.putInt(0, i).putInt(length - 4, i);
                                    while (!ring.offer(tag, payload, payload, 0, length)) {
                                        LockSupport.parkNanos(1000);
                                    }
                                    if (i % 100 == 0) {
                                        int slot;
                                        do {
                                            slot = ring.claim(tag, null, length);
                                        } while (slot < 0);
                                        ring.abort(slot);
                                    }
                                }
                            }));
        }
        int[] next = new int[producers];
        long taken = 0;
        while (taken < (long) producers * each) {
            ring.releaseAborted();
            int available = ring.available(64);
            for (int i = 0; i < available; i++) {
                int tag = ring.tag(i);
                int offset = ring.offset(i);
                assertThat(ring.data().getInt(offset)).isEqualTo(next[tag]);
                assertThat(ring.data().getInt(offset + ring.length(i) - 4)).isEqualTo(next[tag]);
                next[tag]++;
            }
            if (available > 0) {
                ring.release(available);
                taken += available;
            } else {
                LockSupport.parkNanos(1000);
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        ring.releaseAborted();
        assertThat(ring.hasMessage()).isFalse();
        assertThat(ring.taken()).isEqualTo(ring.added());
    }
}
