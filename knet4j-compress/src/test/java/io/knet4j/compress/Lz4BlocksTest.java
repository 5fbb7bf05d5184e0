package io.knet4j.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;

class Lz4BlocksTest {

    /** The library's, which shows with which room it was called. */
    private static final class Watched extends LZ4Compressor {
        private final LZ4Compressor lz4 = LZ4Factory.safeInstance().fastCompressor();
        private int calls;
        private byte[] target;

        @Override
        public int compress(byte[] source, int from, int length, byte[] to, int at, int room) {
            assertThat(room).isGreaterThanOrEqualTo(maxCompressedLength(length));
            calls++;
            target = to;
            return lz4.compress(source, from, length, to, at, room);
        }

        @Override
        public int compress(
                ByteBuffer source, int from, int length, ByteBuffer to, int at, int room) {
            throw new AssertionError();
        }
    }

    @Test
    void theLibraryAlwaysHasRoomSoThatItNeverThrows() {
        Watched lz4 = new Watched();
        try (Lz4Blocks.Compression compression = new Lz4Blocks.Compression(lz4)) {
            byte[] target = new byte[Methods.MAX];
            for (int length : new int[] {1, 100, Methods.MAX, 5000}) {
                byte[] random = Methods.random(length);
                assertThat(compression.compress(random, 0, length, target, 0, length - 1))
                        .isEqualTo(-1);
            }
            assertThat(target).as("what does not fit is not written").containsOnly(0);
            byte[] scratch = lz4.target;
            int size = compression.compress(Methods.text(5000), 0, 5000, target, 7, 5000);
            assertThat(size).isBetween(1, 4000);
            assertThat(lz4.target).as("kept for the next message").isSameAs(scratch);
            assertThat(lz4.calls).isEqualTo(5);
            assertThat(Arrays.copyOfRange(target, 7, 7 + size))
                    .isEqualTo(Arrays.copyOf(scratch, size));
        }
    }
}
