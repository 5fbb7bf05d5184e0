package io.knet4j.compress;

import io.knet4j.CompressionMethod;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.DataFormatException;

/** What tests of all methods share. */
final class Methods {
    static final int MAX = 65_536;
    private static final byte GUARD = 0x5a;
    private static final int MARGIN = 64;

    private Methods() {}

    static List<CompressionProvider> all() {
        return List.of(
                new Lz4Provider(),
                new Lz4hcProvider(),
                new Lzo2Provider(),
                new LzmaProvider(),
                new Bzip2Provider(),
                new ZstdProvider());
    }

    static CompressionProvider of(CompressionMethod method) {
        return all().stream().filter(one -> one.method() == method).findFirst().orElseThrow();
    }

    /** Lowest, default and highest levels, and some between that are special. */
    static int[] levels(CompressionMethod method) {
        return switch (method) {
            case LZ4 -> new int[] {Integer.MIN_VALUE, 1, 9, Integer.MAX_VALUE};
            case LZ4HC -> new int[] {Integer.MIN_VALUE, 1, 9, 12, Integer.MAX_VALUE};
            case LZO2 -> new int[] {Integer.MIN_VALUE, 1, 11, 12, 15, 999, Integer.MAX_VALUE};
            case LZMA -> new int[] {0, 6, 9, Integer.MIN_VALUE, 9 | Integer.MIN_VALUE};
            case BZIP2 -> new int[] {1, 9};
            case ZSTD -> new int[] {-5, 0, 1, 3, 22, Integer.MAX_VALUE};
            case NONE, ZLIB -> throw new IllegalArgumentException(method.methodName());
        };
    }

    static byte[] text(int length) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; lines.length() < length; i++) {
            lines.append("knet golden vector line %06d\n".formatted(i));
        }
        return lines.substring(0, length).getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        return bytes;
    }

    /** Random and repeated parts of all lengths, repeated from near and far. */
    static byte[] mix(int length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] bytes = new byte[length];
        int at = 0;
        while (at < length) {
            int part = Math.min(length - at, 1 + random.nextInt(1 << random.nextInt(12)));
            if (at == 0 || random.nextInt(3) == 0) {
                byte[] fresh = new byte[part];
                random.nextBytes(fresh);
                System.arraycopy(fresh, 0, bytes, at, part);
            } else {
                int distance = 1 + random.nextInt(Math.min(at, 1 << random.nextInt(17)));
                for (int i = 0; i < part; i++) {
                    bytes[at + i] = bytes[at + i - distance];
                }
            }
            at += part;
        }
        return bytes;
    }

    /** Compresses, from and to the middle of arrays; null when it does not fit. */
    static byte[] compress(Compressor compressor, byte[] plain, int room) {
        byte[] source = guarded(plain, plain.length);
        byte[] target = guarded(new byte[room], room);
        byte[] before = source.clone();
        int size = compressor.compress(source, MARGIN, plain.length, target, MARGIN, MARGIN + room);
        check(Arrays.equals(source, before), "the source was changed");
        checkGuards(target, room);
        check(size == -1 || (size > 0 && size <= room), "size " + size);
        return size == -1 ? null : Arrays.copyOfRange(target, MARGIN, MARGIN + size);
    }

    static byte[] decompress(Decompressor decompressor, byte[] compressed, int room)
            throws DataFormatException {
        byte[] source = guarded(compressed, compressed.length);
        byte[] target = guarded(new byte[room], room);
        byte[] before = source.clone();
        try {
            int size =
                    decompressor.decompress(
                            source, MARGIN, compressed.length, target, MARGIN, MARGIN + room);
            check(size >= 0 && size <= room, "size " + size);
            return Arrays.copyOfRange(target, MARGIN, MARGIN + size);
        } finally {
            check(Arrays.equals(source, before), "the source was changed");
            checkGuards(target, room);
        }
    }

    private static byte[] guarded(byte[] content, int length) {
        byte[] guarded = new byte[length + 2 * MARGIN];
        Arrays.fill(guarded, GUARD);
        System.arraycopy(content, 0, guarded, MARGIN, length);
        return guarded;
    }

    private static void checkGuards(byte[] target, int room) {
        for (int i = 0; i < MARGIN; i++) {
            check(
                    target[i] == GUARD && target[MARGIN + room + i] == GUARD,
                    "written outside of the room");
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
