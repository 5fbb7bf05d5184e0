package io.knet4j.internal.onwire;

import static io.knet4j.internal.onwire.Reassembler.Outcome.COMPLETE;
import static io.knet4j.internal.onwire.Reassembler.Outcome.CONTRADICTORY;
import static io.knet4j.internal.onwire.Reassembler.Outcome.DUPLICATE;
import static io.knet4j.internal.onwire.Reassembler.Outcome.INCOMPLETE;
import static io.knet4j.internal.onwire.Reassembler.Outcome.TOO_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.internal.onwire.Reassembler.Outcome;
import io.knet4j.internal.onwire.Reassembler.Source;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With fragments in batches of one, of some, and of all that there are. */
@ParameterizedClass
@ValueSource(ints = {1, 2, 5, 1_000_000})
class ReassemblerTest {
    private static final int PER_HOST = 32;
    private static final long MAX_BYTES = 1 << 20;
    private static final long LIFETIME = 1000;
    private static final int OFFSET = 14;

    private final int fragmentsPerBatch;

    /** What was received in the current batch. */
    private final List<byte[]> packets = new ArrayList<>();

    private int evicted;
    private int expired;
    private long now;
    private final Source host = new Source();
    private final Source otherHost = new Source();
    private final Reassembler reassembler =
            new Reassembler(
                    PER_HOST,
                    MAX_BYTES,
                    LIFETIME,
                    new Reassembler.Losses() {
                        @Override
                        public void evicted() {
                            evicted++;
                        }

                        @Override
                        public void expired() {
                            expired++;
                        }
                    });

    ReassemblerTest(int fragmentsPerBatch) {
        this.fragmentsPerBatch = fragmentsPerBatch;
    }

    private static byte[] message(int sequence, int length) {
        byte[] bytes = new byte[length];
        new Random(sequence * 31L + length).nextBytes(bytes);
        return bytes;
    }

    /** Begins a new batch when the current one is full. */
    private ByteBuffer packet(byte[] payload) {
        if (packets.size() == fragmentsPerBatch) {
            endBatch();
        }
        byte[] packet = new byte[OFFSET + payload.length + 5];
        System.arraycopy(payload, 0, packet, OFFSET, payload.length);
        packets.add(packet);
        return ByteBuffer.wrap(packet);
    }

    /** Ends the batch, whose memory is used for something else then. */
    private void endBatch() {
        reassembler.keep();
        packets.forEach(packet -> Arrays.fill(packet, (byte) 0x77));
        packets.clear();
    }

    private Outcome add(Source source, int sequence, int number, int count, byte[] payload) {
        return add(source, sequence, number, count, 0, 0, payload);
    }

    private Outcome add(
            Source source,
            int sequence,
            int number,
            int count,
            int channel,
            int compression,
            byte[] payload) {
        return reassembler.add(
                source,
                now,
                sequence,
                number,
                count,
                channel,
                compression,
                packet(payload),
                OFFSET,
                payload.length);
    }

    private static byte[] slice(byte[] message, int size, int number) {
        return Arrays.copyOfRange(
                message, (number - 1) * size, Math.min(number * size, message.length));
    }

    private static int count(byte[] message, int size) {
        return MtuArithmetic.fragments(message.length, size);
    }

    private byte[] result() {
        ReassembledMessage message = reassembler.message();
        byte[] bytes = new byte[message.length()];
        ByteBuffer copy = ByteBuffer.allocate(3 + bytes.length);
        message.copyTo(copy, 3);
        message.buffer().get(0, bytes);
        assertThat(copy.slice(3, bytes.length)).isEqualTo(ByteBuffer.wrap(bytes));
        return bytes;
    }

    private void sendInOrder(Source source, int sequence, int length, int size) {
        byte[] message = message(sequence, length);
        int count = count(message, size);
        for (int number = 1; number < count; number++) {
            assertThat(add(source, sequence, number, count, slice(message, size, number)))
                    .isEqualTo(INCOMPLETE);
        }
        assertThat(add(source, sequence, count, count, slice(message, size, count)))
                .isEqualTo(COMPLETE);
        assertThat(result()).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 1",
        "280, 100",
        "50000, 500",
        "65000, 1300",
        "65536, 259",
        "65536, 65535",
        "65536, 32768",
        "5000, 4999",
        "254, 1",
    })
    void putsFragmentsTogetherInOrder(int length, int size) {
        sendInOrder(host, 1, length, size);
        assertThat(reassembler.bytes()).isZero();
    }

    @Test
    void takesTheLastFragmentFirst() {
        byte[] message = message(1, 280);
        assertThat(add(host, 1, 3, 3, slice(message, 100, 3))).isEqualTo(INCOMPLETE);
        assertThat(add(host, 1, 1, 3, slice(message, 100, 1))).isEqualTo(INCOMPLETE);
        assertThat(add(host, 1, 2, 3, slice(message, 100, 2))).isEqualTo(COMPLETE);
        assertThat(result()).isEqualTo(message);
        assertThat(reassembler.bytes()).isZero();
    }

    @Test
    void takesFragmentsInReverse() {
        byte[] message = message(1, 65_536);
        for (int number = 46; number > 1; number--) {
            assertThat(add(host, 1, number, 46, slice(message, 1446, number)))
                    .isEqualTo(INCOMPLETE);
        }
        assertThat(add(host, 1, 1, 46, slice(message, 1446, 1))).isEqualTo(COMPLETE);
        assertThat(result()).isEqualTo(message);
    }

    @Test
    void takesALastFragmentThatIsLargerThanTheOthers() {
        byte[] message = message(1, 10 + 10 + 5000);
        byte[] last = Arrays.copyOfRange(message, 20, message.length);
        for (boolean lastFirst : new boolean[] {true, false}) {
            if (lastFirst) {
                assertThat(add(host, 1, 3, 3, last)).isEqualTo(INCOMPLETE);
            }
            assertThat(add(host, 1, 1, 3, slice(message, 10, 1))).isEqualTo(INCOMPLETE);
            Outcome second = add(host, 1, 2, 3, slice(message, 10, 2));
            Outcome end = lastFirst ? second : add(host, 1, 3, 3, last);
            assertThat(end).isEqualTo(COMPLETE);
            assertThat(result()).isEqualTo(message);
        }
    }

    @Test
    void takesFragmentsInAnyOrderAndInCopies() {
        long seed = Long.getLong("knet4j.seed", 42L);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int size = 1 + random.nextInt(3000);
            int most = Math.min(65_536, 254 * size);
            int length = size + 1 + random.nextInt(Math.max(1, most - size - 1));
            byte[] message = message(round, length);
            int count = count(message, size);
            if (count < 2) {
                continue;
            }
            List<Integer> order = new ArrayList<>();
            for (int number = 1; number <= count; number++) {
                order.add(number);
            }
            Collections.shuffle(order, random);
            for (int i = 0; i < count; i++) {
                int number = order.get(i);
                Outcome outcome = add(host, 1 + round, number, count, slice(message, size, number));
                assertThat(outcome)
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(i == count - 1 ? COMPLETE : INCOMPLETE);
                if (i < count - 1 && random.nextInt(3) == 0) {
                    int again = order.get(random.nextInt(i + 1));
                    byte[] same = slice(message, size, again);
                    assertThat(add(host, 1 + round, again, count, same)).isEqualTo(DUPLICATE);
                }
            }
            assertThat(result()).as("seed %d, round %d", seed, round).isEqualTo(message);
        }
        assertThat(reassembler.bytes()).isZero();
        assertThat(evicted).isZero();
    }

    @Test
    void firstContentOfAFragmentWins() {
        add(host, 1, 1, 2, new byte[] {1, 2});
        assertThat(add(host, 1, 1, 2, new byte[] {9, 9})).isEqualTo(DUPLICATE);
        assertThat(add(host, 1, 2, 2, new byte[] {3})).isEqualTo(COMPLETE);
        assertThat(result()).containsExactly(1, 2, 3);
    }

    @Test
    void keepsInterleavedMessagesApart() {
        int[] sequences = {65_534, 65_535, 1, 2};
        for (int number = 1; number <= 3; number++) {
            for (int sequence : sequences) {
                byte[] message = message(sequence, 250 + sequence % 40);
                Outcome outcome = add(host, sequence, number, 3, slice(message, 100, number));
                assertThat(outcome).isEqualTo(number == 3 ? COMPLETE : INCOMPLETE);
                if (number == 3) {
                    assertThat(result()).isEqualTo(message);
                }
            }
        }
    }

    @Test
    void keepsTheSameNumberOfDifferentHostsApart() {
        add(host, 7, 1, 2, new byte[] {1});
        add(otherHost, 7, 1, 2, new byte[] {2});
        assertThat(add(host, 7, 2, 2, new byte[] {3})).isEqualTo(COMPLETE);
        assertThat(result()).containsExactly(1, 3);
        assertThat(add(otherHost, 7, 2, 2, new byte[] {4})).isEqualTo(COMPLETE);
        assertThat(result()).containsExactly(2, 4);
    }

    @Test
    void refusesFragmentsThatContradictEarlierOnes() {
        add(host, 1, 1, 3, 5, 0, new byte[10]);
        assertThat(add(host, 1, 2, 4, 5, 0, new byte[10])).as("count").isEqualTo(CONTRADICTORY);
        assertThat(add(host, 1, 2, 3, 6, 0, new byte[10])).as("channel").isEqualTo(CONTRADICTORY);
        assertThat(add(host, 1, 2, 3, 5, 1, new byte[10]))
                .as("compression")
                .isEqualTo(CONTRADICTORY);
        assertThat(add(host, 1, 2, 3, 5, 0, new byte[11])).as("size").isEqualTo(CONTRADICTORY);
        assertThat(add(host, 1, 3, 3, 5, 0, new byte[2])).isEqualTo(INCOMPLETE);
        assertThat(add(host, 1, 3, 3, 5, 0, new byte[3])).as("last").isEqualTo(CONTRADICTORY);
        assertThat(add(host, 1, 2, 3, 5, 0, new byte[10])).isEqualTo(COMPLETE);
        assertThat(reassembler.message().length()).isEqualTo(22);
    }

    @Test
    void refusesMessagesAbove65536Bytes() {
        assertThat(add(host, 1, 1, 254, new byte[260])).isEqualTo(TOO_LONG);
        assertThat(add(host, 2, 253, 254, new byte[65_000])).isEqualTo(TOO_LONG);
        assertThat(reassembler.bytes()).isZero();

        assertThat(add(host, 3, 1, 2, new byte[65_000])).isEqualTo(INCOMPLETE);
        assertThat(add(host, 3, 2, 2, new byte[537])).isEqualTo(TOO_LONG);
        assertThat(add(host, 3, 2, 2, new byte[536])).isEqualTo(COMPLETE);
        assertThat(reassembler.message().length()).isEqualTo(65_536);

        assertThat(add(host, 4, 3, 3, new byte[60_000])).isEqualTo(INCOMPLETE);
        assertThat(add(host, 4, 1, 3, new byte[2769])).isEqualTo(TOO_LONG);
        assertThat(add(host, 4, 1, 3, new byte[2768])).isEqualTo(INCOMPLETE);
        assertThat(add(host, 4, 2, 3, new byte[2768])).isEqualTo(COMPLETE);
    }

    @Test
    void givesUpTheOldestMessageOfAHostThatHasTooMany() {
        for (int sequence = 1; sequence <= PER_HOST; sequence++) {
            add(host, sequence, 1, 2, message(sequence, 100));
        }
        add(otherHost, 1, 1, 2, new byte[] {1});
        sendInOrder(host, 1000, 3000, 1000);
        assertThat(evicted).isEqualTo(1);
        for (int sequence = 2; sequence <= PER_HOST; sequence++) {
            assertThat(add(host, sequence, 2, 2, new byte[1])).isEqualTo(COMPLETE);
            assertThat(Arrays.copyOf(result(), 100)).isEqualTo(message(sequence, 100));
        }
        assertThat(add(otherHost, 1, 2, 2, new byte[] {2})).isEqualTo(COMPLETE);
        assertThat(add(host, 1, 2, 2, new byte[1])).as("was given up").isEqualTo(INCOMPLETE);
    }

    @Test
    void aFloodingHostCannotStarveAnother() {
        byte[] victim = message(1, 40_000);
        for (int number = 1; number <= 3; number++) {
            add(otherHost, 1, number, 4, slice(victim, 10_000, number));
        }
        Source[] flooders = {new Source(), new Source(), new Source()};
        for (int i = 0; i < 10_000; i++) {
            add(flooders[i % 3], i, 1, 2, new byte[60_000]);
            assertThat(reassembler.bytes()).isLessThanOrEqualTo(MAX_BYTES);
        }
        assertThat(evicted).isGreaterThan(9_000);
        assertThat(add(otherHost, 1, 4, 4, slice(victim, 10_000, 4))).isEqualTo(COMPLETE);
        assertThat(result()).isEqualTo(victim);
    }

    @Test
    void neverGivesUpTheMessageThatItIsAddingTo() {
        Reassembler tight =
                new Reassembler(
                        4,
                        1,
                        LIFETIME,
                        new Reassembler.Losses() {
                            @Override
                            public void evicted() {
                                evicted++;
                            }

                            @Override
                            public void expired() {}
                        });
        byte[] message = message(1, 9000);
        Outcome outcome = null;
        for (int number = 1; number <= 9; number++) {
            byte[] part = slice(message, 1000, number);
            outcome = tight.add(host, 0, 1, number, 9, 0, 0, packet(part), OFFSET, part.length);
            tight.keep();
        }
        assertThat(outcome).isEqualTo(COMPLETE);
        assertThat(evicted).isZero();
        tight.add(host, 0, 2, 1, 2, 0, 0, packet(new byte[10]), OFFSET, 10);
        tight.add(host, 0, 3, 1, 2, 0, 0, packet(new byte[10]), OFFSET, 10);
        tight.keep();
        assertThat(evicted).isEqualTo(1);
    }

    @Test
    void givesUpWhatStaysIncompleteForItsLifetime() {
        assertThat(reassembler.nextExpiry()).isEqualTo(Long.MAX_VALUE);
        add(host, 1, 1, 3, new byte[100]);
        now = 600;
        add(host, 1, 2, 3, new byte[100]); // does not prolong its life
        add(otherHost, 9, 1, 2, new byte[100]);
        assertThat(reassembler.nextExpiry()).isEqualTo(1000);
        reassembler.expire(999);
        assertThat(expired).isZero();
        reassembler.expire(1000);
        assertThat(expired).isEqualTo(1);
        assertThat(reassembler.nextExpiry()).isEqualTo(1600);
        reassembler.expire(1600);
        assertThat(expired).isEqualTo(2);
        assertThat(reassembler.bytes()).isZero();
        assertThat(add(host, 1, 3, 3, new byte[10])).isEqualTo(INCOMPLETE);
    }

    @Test
    void clearsOneHostOnly() {
        add(host, 1, 1, 2, new byte[100]);
        add(host, 2, 2, 2, new byte[100]);
        add(otherHost, 1, 1, 2, new byte[100]);
        endBatch();
        long before = reassembler.bytes();
        reassembler.clear(host);
        assertThat(reassembler.bytes()).isPositive().isLessThan(before);
        assertThat(evicted + expired).isZero();
        assertThat(add(host, 1, 2, 2, new byte[100])).isEqualTo(INCOMPLETE);
        assertThat(add(otherHost, 1, 2, 2, new byte[100])).isEqualTo(COMPLETE);
    }

    @Test
    void reusedMemoryShowsNothingOfEarlierMessages() {
        byte[] secret = new byte[60_000];
        Arrays.fill(secret, (byte) 0x55);
        for (int sequence = 1; sequence <= 8; sequence++) {
            add(host, sequence, 1, 2, secret);
        }
        reassembler.clear(host);
        for (int length : new int[] {60_000, 40_000, 2049, 2048, 3}) {
            byte[] zeros = new byte[length];
            int size = (length + 2) / 3;
            for (int number = 3; number >= 1; number--) {
                add(host, 100 + length, number, 3, slice(zeros, size, number));
            }
            assertThat(result()).isEqualTo(zeros);
        }
    }

    @Test
    void holdsLittleForSmallMessages() {
        for (int sequence = 1; sequence <= PER_HOST; sequence++) {
            add(host, sequence, 2, 2, new byte[1]);
        }
        endBatch();
        assertThat(reassembler.bytes()).isPositive().isLessThanOrEqualTo(PER_HOST * 2048L);
    }

    @Test
    void accountsForItsMemoryUnderRandomTraffic() {
        long seed = Long.getLong("knet4j.seed", 7L);
        Random random = new Random(seed);
        Source[] sources = {host, otherHost, new Source(), new Source()};
        for (int i = 0; i < 100_000; i++) {
            now += random.nextInt(3);
            int count = 2 + random.nextInt(6);
            int number = 1 + random.nextInt(count);
            int length = 1 + random.nextInt(random.nextInt(4) == 0 ? 60_000 : 3000);
            reassembler.add(
                    sources[random.nextInt(sources.length)],
                    now,
                    1 + random.nextInt(100),
                    number,
                    count,
                    0,
                    0,
                    BIG,
                    0,
                    length);
            if (i % fragmentsPerBatch == fragmentsPerBatch - 1) {
                reassembler.keep();
            }
            reassembler.expire(now);
            assertThat(reassembler.bytes()).as("seed %d", seed).isBetween(0L, MAX_BYTES);
        }
        for (Source source : sources) {
            reassembler.clear(source);
        }
        assertThat(reassembler.bytes()).isZero();
        assertThat(reassembler.nextExpiry()).isEqualTo(Long.MAX_VALUE);
    }

    /** Several at a time, in any order, in copies, and given up now and then. */
    @Test
    void batchesMayEndAnywhere() {
        long seed = Long.getLong("knet4j.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int messages = 1 + random.nextInt(4);
            int size = 1 + random.nextInt(900);
            List<int[]> fragments = new ArrayList<>();
            for (int m = 0; m < messages; m++) {
                int count = 2 + random.nextInt(6);
                for (int number = 1; number <= count; number++) {
                    fragments.add(new int[] {10 * round + m, number, count});
                }
            }
            Collections.shuffle(fragments, random);
            int complete = 0;
            for (int i = 0; i < fragments.size(); i++) {
                int[] fragment = fragments.get(i);
                byte[] message = message(fragment[0], (fragment[2] - 1) * size + 1);
                byte[] part = slice(message, size, fragment[1]);
                Outcome outcome = add(host, fragment[0], fragment[1], fragment[2], part);
                if (outcome == COMPLETE) {
                    assertThat(result()).as("seed %d", seed).isEqualTo(message);
                    complete++;
                } else {
                    assertThat(outcome).as("seed %d", seed).isEqualTo(INCOMPLETE);
                    byte[] other = new byte[part.length];
                    assertThat(add(host, fragment[0], fragment[1], fragment[2], other))
                            .as("seed %d", seed)
                            .isEqualTo(DUPLICATE);
                }
                if (random.nextInt(8) == 0) {
                    endBatch();
                }
            }
            assertThat(complete).as("seed %d", seed).isEqualTo(messages);
            add(host, 10 * round + 9, 1, 2, new byte[size]);
            if (random.nextBoolean()) {
                reassembler.clear(host);
            }
        }
        reassembler.clear(host);
        endBatch();
        assertThat(reassembler.bytes()).isZero();
    }

    private static final ByteBuffer BIG = ByteBuffer.allocate(65_536);
}
