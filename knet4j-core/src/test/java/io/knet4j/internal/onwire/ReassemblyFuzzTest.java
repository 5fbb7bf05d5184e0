package io.knet4j.internal.onwire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.knet4j.RandomInputs;
import io.knet4j.internal.onwire.Reassembler.Outcome;
import io.knet4j.internal.onwire.Reassembler.Source;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fragments of several hosts in any order, contradictory and repeated ones among them: what becomes
 * complete consists of what was taken, and memory stays within its bound.
 *
 * <p>An input is a sequence of steps of seven bytes: what happens first (a bit each), the message,
 * number and count of the fragment, its length in two bytes, and what it is filled with.
 */
class ReassemblyFuzzTest {
    private static final int STEP = 7;
    private static final int PER_HOST = 8;
    private static final int MAX_BYTES = 1 << 18;
    private static final long LIFETIME = 1000;
    private static final int MOST_STEPS = 600;
    private static final byte[] NOISE = new byte[(1 << 16) + (1 << 8)];

    static {
        new SplittableRandom(1).nextBytes(NOISE);
    }

    private static final int SECOND_HOST = 1;
    private static final int BATCH_ENDS = 2;
    private static final int TIME_PASSES = 4;
    private static final int HOST_RESTARTS = 8;
    private static final int OTHER_CHANNEL = 16;
    private static final int OTHER_COMPRESSION = 32;

    /** How fragments of messages come in practice, and some that do not belong together. */
    static List<byte[]> corpus() {
        List<byte[]> corpus = new ArrayList<>();
        corpus.add(steps(message(0, 3, 500, 20)));
        corpus.add(steps(reversed(message(0, 3, 500, 20))));
        corpus.add(steps(message(1, 5, 14_000, 9), message(2, 5, 14_000, 9)));
        corpus.add(steps(message(0, 254, 250, 250), reversed(message(1, 254, 250, 250))));
        corpus.add(
                steps(
                        List.of(step(0, 3, 1, 3, 400), step(BATCH_ENDS, 3, 3, 3, 100)),
                        List.of(
                                step(0, 3, 2, 4, 400),
                                step(0, 3, 2, 3, 401),
                                step(OTHER_CHANNEL, 3, 2, 3, 400),
                                step(0, 3, 2, 3, 400))));
        List<byte[]> crowd = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int flags = i % 3 == 0 ? SECOND_HOST | BATCH_ENDS : i % 7 == 0 ? TIME_PASSES : 0;
            crowd.add(step(flags, i, 1 + i % 2, 2, 30_000));
        }
        corpus.add(steps(crowd));
        return corpus;
    }

    private static List<byte[]> message(int position, int count, int length, int lastLength) {
        List<byte[]> steps = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            steps.add(step(0, position, number, count, number == count ? lastLength : length));
        }
        return steps;
    }

    private static List<byte[]> reversed(List<byte[]> steps) {
        return steps.reversed();
    }

    private static byte[] step(int flags, int position, int number, int count, int length) {
        return ByteBuffer.allocate(STEP)
                .put((byte) flags)
                .put((byte) position)
                .put((byte) (number - 1))
                .put((byte) (count - 2))
                .putShort((short) (length - 1))
                .put((byte) (position + number))
                .array();
    }

    private static byte[] steps(List<byte[]> first, List<byte[]> second) {
        return steps(Stream.concat(first.stream(), second.stream()).toList());
    }

    private static byte[] steps(List<byte[]> all) {
        ByteBuffer input = ByteBuffer.allocate(all.size() * STEP);
        all.forEach(input::put);
        return input.array();
    }

    @MethodSource("corpus")
    @FuzzTest
    void reassembly(byte[] input) {
        new Run().of(ByteBuffer.wrap(input));
    }

    @Test
    void whatIsCompleteConsistsOfWhatWasTaken() {
        RandomInputs.feed(corpus(), 800, this::reassembly);
    }

    @Test
    void theCorpusCompletesMessages() {
        List<Integer> completed = new ArrayList<>();
        for (byte[] input : corpus()) {
            Run run = new Run();
            run.of(ByteBuffer.wrap(input));
            completed.add(run.completed);
        }
        assertThat(completed).startsWith(1, 1, 2, 2, 1);
    }

    /** A fragment of a message of a host. */
    private record Place(int host, int position, int number) {}

    /** What a fragment consists of. */
    private record Content(int offset, int length) {
        byte[] bytes() {
            return Arrays.copyOfRange(NOISE, offset, offset + length);
        }
    }

    /** One input. */
    private static final class Run {
        private final List<Source> hosts = List.of(new Source(), new Source());
        private final Reassembler reassembler =
                new Reassembler(
                        PER_HOST,
                        MAX_BYTES,
                        LIFETIME,
                        new Reassembler.Losses() {
                            @Override
                            public void evicted() {}

                            @Override
                            public void expired() {}
                        });

        /** The newest that was taken; only those of one attempt at a message can complete it. */
        private final Map<Place, Content> taken = new HashMap<>();

        private final List<byte[]> batch = new ArrayList<>();
        private long now;
        private int completed;

        private void of(ByteBuffer input) {
            for (int i = 0; i < MOST_STEPS && input.remaining() >= STEP; i++) {
                step(
                        input.get(),
                        input.get() & 0xff,
                        input.get() & 0xff,
                        input.get() & 0xff,
                        1 + (input.getShort() & 0xffff),
                        input.get());
                checkMemory();
            }
            endBatch();
            checkMemory();
            assertThat(reassembler.nextExpiry()).isGreaterThan(now);
            reassembler.clear(hosts.get(0));
            reassembler.expire(now + LIFETIME);
            assertThat(reassembler.bytes()).as("when all is given up").isZero();
            assertThat(reassembler.nextExpiry()).isEqualTo(Long.MAX_VALUE);
        }

        private void checkMemory() {
            if (reassembler.bytes() < 0 || reassembler.bytes() > MAX_BYTES) {
                throw new AssertionError(reassembler.bytes() + " bytes");
            }
        }

        private void step(
                int flags, int position, int anyNumber, int anyCount, int length, int filling) {
            if ((flags & BATCH_ENDS) != 0) {
                endBatch();
            }
            if ((flags & TIME_PASSES) != 0) {
                now += 300;
                reassembler.expire(now);
            }
            int host = flags & SECOND_HOST;
            if ((flags & HOST_RESTARTS) != 0) {
                reassembler.clear(hosts.get(host));
            }
            int count = 2 + anyCount % (MtuArithmetic.MAX_FRAGMENTS - 1);
            int number = 1 + anyNumber % count;
            Content content = new Content(filling & 0xff, length);
            byte[] fragment = content.bytes();
            batch.add(fragment);
            Outcome outcome =
                    reassembler.add(
                            hosts.get(host),
                            now,
                            position,
                            number,
                            count,
                            flags & OTHER_CHANNEL,
                            flags & OTHER_COMPRESSION,
                            ByteBuffer.wrap(fragment),
                            0,
                            length);
            if (outcome == Outcome.INCOMPLETE || outcome == Outcome.COMPLETE) {
                taken.put(new Place(host, position, number), content);
            }
            if (outcome == Outcome.COMPLETE) {
                completed++;
                check(reassembler.message(), host, position, count);
            }
        }

        private void check(ReassembledMessage message, int host, int position, int count) {
            int length = message.length();
            assertThat(length).isLessThanOrEqualTo(Reassembler.MAX_MESSAGE);
            byte[] copy = new byte[length];
            message.copyTo(ByteBuffer.wrap(copy), 0);
            byte[] expected = new byte[length];
            int at = 0;
            for (int number = 1; number <= count; number++) {
                Content fragment = taken.get(new Place(host, position, number));
                System.arraycopy(NOISE, fragment.offset, expected, at, fragment.length);
                at += fragment.length;
            }
            assertThat(at).isEqualTo(length);
            assertThat(copy).isEqualTo(expected);
            byte[] whole = new byte[length];
            message.buffer().get(0, whole);
            assertThat(whole).isEqualTo(expected);
        }

        /** What was received in it is overwritten by the next one. */
        private void endBatch() {
            reassembler.keep();
            batch.forEach(packet -> Arrays.fill(packet, (byte) 0x77));
            batch.clear();
        }
    }
}
