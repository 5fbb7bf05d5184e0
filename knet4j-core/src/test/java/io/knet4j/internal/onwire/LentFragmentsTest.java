package io.knet4j.internal.onwire;

import static io.knet4j.internal.onwire.Reassembler.Outcome.COMPLETE;
import static io.knet4j.internal.onwire.Reassembler.Outcome.DUPLICATE;
import static io.knet4j.internal.onwire.Reassembler.Outcome.INCOMPLETE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.internal.onwire.Reassembler.Outcome;
import io.knet4j.internal.onwire.Reassembler.Source;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Fragments stay in the memory of their batch until it ends, and are copied then. */
class LentFragmentsTest {
    private static final int MAX_BYTES = 1 << 16;

    private final ByteBuffer memory = ByteBuffer.allocate(1 << 20);
    private final Source host = new Source();
    private int used;
    private int evicted;
    private final Reassembler reassembler =
            new Reassembler(
                    32,
                    MAX_BYTES,
                    1000,
                    new Reassembler.Losses() {
                        @Override
                        public void evicted() {
                            evicted++;
                        }

                        @Override
                        public void expired() {}
                    });

    private Outcome add(int position, int number, int count, int... payload) {
        int offset = used;
        for (int value : payload) {
            memory.put(used++, (byte) value);
        }
        return reassembler.add(
                host, 0, position, number, count, 0, 0, memory, offset, payload.length);
    }

    private void endBatch() {
        reassembler.keep();
        Arrays.fill(memory.array(), (byte) 0x77);
        used = 0;
    }

    private byte[] result() {
        byte[] bytes = new byte[reassembler.message().length()];
        reassembler.message().copyTo(ByteBuffer.wrap(bytes), 0);
        return bytes;
    }

    @Test
    void aMessageThatIsCompleteWithinABatchIsHandedOnInPieces() {
        add(1, 3, 3, 5);
        add(1, 1, 3, 1, 2);
        assertThat(add(1, 2, 3, 3, 4)).isEqualTo(COMPLETE);
        assertThat(reassembler.message().isInPieces()).isTrue();
        assertThat(result()).containsExactly(1, 2, 3, 4, 5);
        assertThat(reassembler.bytes()).isZero();
        assertThat(reassembler.message().buffer().get(4)).isEqualTo((byte) 5);
        assertThat(reassembler.message().isInPieces()).isFalse();
        assertThat(result()).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void aMessageOfTwoBatchesIsInOnePiece() {
        add(1, 3, 3, 5);
        assertThat(reassembler.bytes()).isZero();
        endBatch();
        assertThat(reassembler.bytes()).isPositive();
        add(1, 2, 3, 3, 4);
        assertThat(add(1, 3, 3, 6)).isEqualTo(DUPLICATE);
        assertThat(add(1, 2, 3, 6, 6)).isEqualTo(DUPLICATE);
        assertThat(add(1, 1, 3, 1, 2)).isEqualTo(COMPLETE);
        assertThat(reassembler.message().isInPieces()).isFalse();
        assertThat(result()).containsExactly(1, 2, 3, 4, 5);
        assertThat(reassembler.bytes()).isZero();
    }

    @Test
    void messagesThatAlternateStayApart() {
        add(1, 1, 3, 1);
        add(2, 2, 2, 22);
        endBatch();
        add(1, 2, 3, 2);
        add(3, 1, 2, 31);
        assertThat(add(2, 1, 2, 21)).isEqualTo(COMPLETE);
        assertThat(result()).containsExactly(21, 22);
        endBatch();
        assertThat(add(3, 2, 2, 32)).isEqualTo(COMPLETE);
        assertThat(result()).containsExactly(31, 32);
        assertThat(add(1, 3, 3, 3)).isEqualTo(COMPLETE);
        assertThat(result()).containsExactly(1, 2, 3);
    }

    @Test
    void whatIsGivenUpWithinABatchIsNotCopiedAtItsEnd() {
        add(1, 1, 2, 1);
        reassembler.clear(host);
        add(2, 1, 2, 2);
        add(2, 2, 2, 3);
        endBatch();
        assertThat(reassembler.bytes()).isZero();
        assertThat(add(1, 2, 2, 4)).isEqualTo(INCOMPLETE);
    }

    @Test
    void anotherMessageOfTheSameBatchMayTakeThePlaceOfAComplete() {
        add(1, 1, 2, 1);
        assertThat(add(1, 2, 2, 2)).isEqualTo(COMPLETE);
        add(2, 1, 2, 3);
        endBatch();
        assertThat(add(2, 2, 2, 4)).isEqualTo(COMPLETE);
        assertThat(result()).containsExactly(3, 4);
    }

    @Test
    void memoryIsBoundedWhenABatchEnds() {
        for (int position = 1; position <= 20; position++) {
            add(position, 1, 2, new int[7000]);
        }
        assertThat(evicted).isZero();
        endBatch();
        assertThat(evicted).isEqualTo(12);
        assertThat(reassembler.bytes()).isEqualTo(MAX_BYTES);
        assertThat(add(12, 2, 2, 1)).as("an old one").isEqualTo(INCOMPLETE);
        assertThat(add(20, 2, 2, 1)).as("the newest one").isEqualTo(COMPLETE);
    }

    @Test
    void whatCannotBeCopiedIsGivenUp() {
        add(1, 1, 2, 1);
        ByteBuffer tooShort = ByteBuffer.allocate(1);
        reassembler.add(host, 0, 2, 1, 2, 0, 0, tooShort, 0, 5);
        add(3, 1, 2, 1);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(this::endBatch);
        assertThat(evicted).isEqualTo(2);
        assertThat(add(2, 2, 2, 1)).isEqualTo(INCOMPLETE);
        assertThat(add(3, 2, 2, 1)).isEqualTo(INCOMPLETE);
        assertThat(add(1, 2, 2, 2)).isEqualTo(COMPLETE);
        assertThat(result()).containsExactly(1, 2);
    }
}
