package io.knet4j.bench.node;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * What the messages say: lines as services write them to each other, the same in every process and
 * for every library. Methods of compression shrink a kilobyte of them to about a third.
 */
final class Payload {
    private static final String[] NAMES = {"orders", "stock", "billing", "search", "audit"};
    private static final long SEED = 7;

    private Payload() {}

    static byte[] ofSize(int size) {
        Random random = new Random(SEED);
        StringBuilder text = new StringBuilder(size + 128);
        text.append("0000"); // where the number of a message goes
        while (text.length() < size) {
            text.append("{\"service\":\"")
                    .append(NAMES[random.nextInt(NAMES.length)])
                    .append("\",\"id\":\"")
                    .append(Long.toHexString(random.nextLong()))
                    .append("\",\"amount\":")
                    .append(random.nextInt(100_000))
                    .append(",\"retry\":")
                    .append(random.nextBoolean())
                    .append("}\n");
        }
        return Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), size);
    }
}
