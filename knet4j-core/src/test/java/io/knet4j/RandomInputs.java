package io.knet4j;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Feeds the target of a fuzz test with damaged parts of its corpus: what an ordinary build has the
 * time for. Jazzer feeds the same targets for as long as one likes.
 *
 * <p>To fuzz each target of all modules for ten minutes:
 *
 * <pre>./mvnw verify -Pfuzz -Dknet4j.fuzz.seconds=600</pre>
 *
 * <p>With {@code -pl knet4j-core -Dtest=PacketsFuzzTest}, one of them. Inputs that found something
 * new are kept in {@code .cifuzz-corpus} of the module, where the next run goes on from. An input
 * that fails is written to {@code src/test/resources/…/PacketsFuzzTestInputs/packets}, and is the
 * first to be tried again.
 */
public final class RandomInputs {
    private static final int MOST_BYTES = 1 << 16;

    private RandomInputs() {}

    /**
     * Feeds a target.
     *
     * @param corpus what is damaged
     * @param count how many inputs
     */
    public static void feed(List<byte[]> corpus, int count, Consumer<byte[]> target) {
        long seed = Long.getLong("knet4j.seed", System.nanoTime());
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int i = 0; i < count; i++) {
            byte[] input = damaged(corpus, random);
            try {
                target.accept(input);
            } catch (RuntimeException | Error e) {
                String hex = HexFormat.of().formatHex(input);
                throw new AssertionError("replay with -Dknet4j.seed=" + seed + ": " + hex, e);
            }
        }
    }

    private static byte[] damaged(List<byte[]> corpus, RandomGenerator random) {
        byte[] input = any(corpus, random).clone();
        for (int wounds = random.nextInt(1, 6); wounds > 0; wounds--) {
            input = damaged(input, corpus, random);
        }
        return input;
    }

    private static byte[] damaged(byte[] input, List<byte[]> corpus, RandomGenerator random) {
        if (input.length == 0) {
            return any(corpus, random).clone();
        }
        int at = random.nextInt(input.length);
        return switch (random.nextInt(6)) {
            case 0 -> with(input, at, (byte) (input[at] ^ 1 << random.nextInt(8)));
            case 1 -> with(input, at, (byte) random.nextInt());
            case 2 -> with(input, at, (byte) (random.nextBoolean() ? 0 : 0xff));
            case 3 -> Arrays.copyOf(input, at);
            case 4 -> joined(input, at, input, random.nextInt(input.length));
            default -> {
                byte[] other = any(corpus, random);
                yield joined(input, at, other, random.nextInt(other.length + 1));
            }
        };
    }

    private static byte[] with(byte[] input, int at, byte value) {
        byte[] copy = input.clone();
        copy[at] = value;
        return copy;
    }

    private static byte[] joined(byte[] head, int end, byte[] tail, int start) {
        byte[] joined = Arrays.copyOf(head, Math.min(MOST_BYTES, end + tail.length - start));
        System.arraycopy(tail, start, joined, end, joined.length - end);
        return joined;
    }

    private static byte[] any(List<byte[]> corpus, RandomGenerator random) {
        return corpus.get(random.nextInt(corpus.size()));
    }
}
