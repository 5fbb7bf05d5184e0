package io.knet4j.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.knet4j.SharedKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyHandoverTest {

    private static byte[] written(Optional<SharedKey> key) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        KeyHandover.write(out, key);
        out.write('{');
        return out.toByteArray();
    }

    @Test
    void leavesWhatFollowsTheKey() throws IOException {
        for (int length : new int[] {SharedKey.MIN_BYTES, 1_000, SharedKey.MAX_BYTES}) {
            try (SharedKey key = SharedKey.generate(length)) {
                ByteArrayInputStream in = new ByteArrayInputStream(written(Optional.of(key)));
                assertThat(KeyHandover.read(in).orElseThrow().toByteArray())
                        .isEqualTo(key.toByteArray());
                assertThat(in.read()).isEqualTo('{');
            }
        }
        ByteArrayInputStream in = new ByteArrayInputStream(written(Optional.empty()));
        assertThat(KeyHandover.read(in)).isEmpty();
        assertThat(in.read()).isEqualTo('{');
    }

    @Test
    void doesNotTakeHalfAKey() throws IOException {
        try (SharedKey key = SharedKey.generate()) {
            byte[] all = written(Optional.of(key));
            for (int length : new int[] {0, 1, 2, 1_025}) {
                byte[] part = Arrays.copyOf(all, length);
                assertThatThrownBy(() -> KeyHandover.read(new ByteArrayInputStream(part)))
                        .isInstanceOf(EOFException.class);
            }
        }
    }
}
