package io.knet4j.internal.engine;

import io.knet4j.CompressionMethod;
import io.knet4j.DropCause;
import io.knet4j.LogSubsystem;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Decompressor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses received messages, with a decompressor for each method that occurs. Belongs to the
 * control loop; only the counters may be read by any thread.
 */
final class MessageDecompressor {
    private static final int METHODS = CompressionMethod.values().length;

    /** As long as libknet waits, too. */
    private static final long RETRY = 10_000_000_000L;

    private final Supplier<CompressionMethods> methods;
    private final Method[] known = new Method[METHODS];
    private final EngineOutput output;
    private final LongSupplier stopwatch;
    private boolean closed;

    private final MessageArrays arrays = new MessageArrays();
    private int length;

    final Counter decompressed = new Counter();
    final Counter compressedBytes = new Counter();
    final Counter originalBytes = new Counter();
    final Counter failed = new Counter();
    final TimeCounter times = new TimeCounter();

    /** What is known of a method. */
    private static final class Method {
        private @Nullable Decompressor decompressor;

        /** No provider offers it, which does not change any more. */
        private boolean absent;

        /** It could not be loaded at least once, the last time at {@link #failedAt}; told then. */
        private boolean failed;

        private long failedAt;
    }

    /**
     * @param methods asked when a method occurs for the first time, and again after it failed
     */
    MessageDecompressor(
            Supplier<CompressionMethods> methods, EngineOutput output, LongSupplier stopwatch) {
        this.methods = methods;
        this.output = output;
        this.stopwatch = stopwatch;
        Arrays.setAll(known, _ -> new Method());
    }

    void clearStatistics() {
        List.of(decompressed, compressedBytes, originalBytes, failed).forEach(Counter::clear);
        times.clear();
    }

    /**
     * Decompresses a message.
     *
     * @param method id of the method as received, not 0
     * @return why it cannot be done, null when it is done
     */
    @Nullable DropCause decompress(
            long now, int method, ByteBuffer message, int offset, int messageLength) {
        Decompressor decompressor;
        try {
            decompressor = decompressor(now, method);
        } catch (Throwable e) { // what it is written in, or its native code, cannot be loaded
            onLoadFailure(now, method, e);
            decompressor = null;
        }
        if (decompressor == null) {
            failed.increment();
            return DropCause.UNKNOWN_COMPRESSION;
        }
        arrays.take(message, offset, messageLength);
        byte[] result = arrays.result();
        long start = stopwatch.getAsLong();
        try {
            length =
                    decompressor.decompress(
                            arrays.source(),
                            arrays.offset(),
                            messageLength,
                            result,
                            0,
                            result.length);
        } catch (DataFormatException _) {
            length = 0;
        } catch (Throwable e) { // damaged messages must not harm, whatever they bring about
            output.log(
                    LogSubsystem.COMPRESS,
                    System.Logger.Level.DEBUG,
                    name(method) + ": decompression failed",
                    e);
            known[method].decompressor = null;
            Closing.quietly(decompressor, output);
            length = 0;
        } finally {
            times.count(stopwatch.getAsLong() - start);
        }
        if (length < 1 || length > result.length) {
            failed.increment();
            return DropCause.BAD_COMPRESSION;
        }
        decompressed.increment();
        compressedBytes.add(messageLength);
        originalBytes.add(length);
        return null;
    }

    private void onLoadFailure(long now, int method, Throwable e) {
        boolean told = known[method].failed;
        known[method].failed = true;
        known[method].failedAt = now;
        if (!told) {
            output.log(
                    LogSubsystem.COMPRESS,
                    System.Logger.Level.WARNING,
                    name(method)
                            + ": not available, messages that are compressed by it are dropped;"
                            + " tried again at most every 10 s",
                    e);
        }
    }

    private static String name(int method) {
        return CompressionMethod.withId(method).orElseThrow().methodName();
    }

    private @Nullable Decompressor decompressor(long now, int method) {
        if (method >= METHODS || closed) {
            return null;
        }
        Method one = known[method];
        if (one.decompressor != null) {
            return one.decompressor;
        }
        if (one.absent || (one.failed && now - one.failedAt < RETRY)) {
            return null;
        }
        CompressionProvider provider = methods.get().provider(method);
        one.absent = provider == null;
        one.decompressor = provider == null ? null : provider.newDecompressor();
        return one.decompressor;
    }

    /** The last message that was decompressed. */
    ByteBuffer buffer() {
        return arrays.resultBuffer();
    }

    /** Its length. */
    int length() {
        return length;
    }

    /** Frees everything; from now on no method is available. */
    void close() {
        closed = true;
        for (Method one : known) {
            Decompressor old = one.decompressor;
            one.decompressor = null;
            if (old != null) {
                Closing.quietly(old, output);
            }
        }
    }
}
