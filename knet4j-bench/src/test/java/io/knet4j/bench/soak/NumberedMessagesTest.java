package io.knet4j.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumberedMessagesTest {
    private static MemorySegment message(NumberedMessages messages, long number) {
        MemorySegment message = MemorySegment.ofArray(new byte[messages.size()]);
        messages.write(message, number);
        return message;
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 1400, 65_536})
    void haveTheirNumber(int size) {
        NumberedMessages messages = new NumberedMessages(size, 1);
        for (long number : new long[] {0, 1, 65_535, 65_536, 1L << 40}) {
            assertThat(new NumberedMessages(size, 1).read(message(messages, number)))
                    .isEqualTo(number);
        }
    }

    @Test
    void showEveryDamage() {
        NumberedMessages messages = new NumberedMessages(100, 1);
        for (int at = 0; at < 100; at++) {
            MemorySegment message = message(messages, 17);
            byte before = message.get(ValueLayout.JAVA_BYTE, at);
            message.set(ValueLayout.JAVA_BYTE, at, (byte) (before ^ 1));
            assertThat(messages.read(message))
                    .as("byte %d", at)
                    .isEqualTo(NumberedMessages.DAMAGED);
        }
        assertThat(messages.read(message(messages, 17).asSlice(0, 99)))
                .isEqualTo(NumberedMessages.DAMAGED);
    }

    @Test
    void showTheContentOfAnotherOne() {
        NumberedMessages messages = new NumberedMessages(100, 1);
        MemorySegment mixed = message(messages, 17);
        mixed.asSlice(50).copyFrom(message(messages, 18).asSlice(50));
        assertThat(messages.read(mixed)).isEqualTo(NumberedMessages.DAMAGED);
    }
}
