package io.knet4j.internal.engine;

import io.knet4j.LogSubsystem;
import io.knet4j.internal.compress.ActiveCompression;
import io.knet4j.spi.Compressor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Compresses messages before they are sent, when that makes them smaller. Belongs to the sender;
 * only the counters may be read by any thread.
 */
final class MessageCompressor {
    private final EngineOutput output;
    private final LongSupplier stopwatch;
    private ActiveCompression active = ActiveCompression.NONE;
    private @Nullable Compressor compressor;
    private boolean closed;
    private boolean failing;

    private final MessageArrays arrays = new MessageArrays();
    private int length;

    final Counter compressed = new Counter();
    final Counter originalBytes = new Counter();
    final Counter compressedBytes = new Counter();
    final Counter notSmaller = new Counter();
    final Counter failed = new Counter();
    final Counter uncompressed = new Counter();
    final TimeCounter times = new TimeCounter();

    MessageCompressor(EngineOutput output, LongSupplier stopwatch) {
        this.output = output;
        this.stopwatch = stopwatch;
    }

    void clearStatistics() {
        List.of(compressed, originalBytes, compressedBytes, notSmaller, failed, uncompressed)
                .forEach(Counter::clear);
        times.clear();
    }

    /**
     * Compresses a message.
     *
     * @param wanted the configuration at the moment
     * @param allowed whether all destinations bear what it makes
     * @return id of the method; 0 when the message is to be sent as it is
     */
    int compress(
            ActiveCompression wanted,
            boolean allowed,
            ByteBuffer message,
            int offset,
            int messageLength) {
        if (wanted != active) {
            release();
            active = wanted;
            failing = false;
        }
        int method = wanted.method().id();
        if (method == 0 || closed) {
            return 0;
        }
        if (allowed
                && messageLength > wanted.config().threshold()
                && isSmaller(message, offset, messageLength)) {
            compressed.increment();
            originalBytes.add(messageLength);
            compressedBytes.add(length);
            return method;
        }
        uncompressed.increment();
        return 0;
    }

    private boolean isSmaller(ByteBuffer message, int offset, int messageLength) {
        arrays.take(message, offset, messageLength);
        try {
            if (compressor == null) {
                compressor = active.newCompressor();
            }
            length = compressor == null ? -1 : compress(compressor, messageLength);
        } catch (Throwable e) { // the message can still go as it is
            onFailure(e);
            return false;
        }
        if (length < 1 || length >= messageLength) {
            notSmaller.increment();
            return false;
        }
        return true;
    }

    private int compress(Compressor by, int messageLength) {
        long start = stopwatch.getAsLong();
        try {
            return by.compress(
                    arrays.source(),
                    arrays.offset(),
                    messageLength,
                    arrays.result(),
                    0,
                    messageLength - 1);
        } finally {
            times.count(stopwatch.getAsLong() - start);
        }
    }

    private void onFailure(Throwable e) {
        failed.increment();
        release();
        if (!failing) {
            failing = true; // told once for each configuration
            output.log(
                    LogSubsystem.COMPRESS,
                    System.Logger.Level.WARNING,
                    active.method().methodName()
                            + ": compression failed, the message goes uncompressed",
                    e);
        }
    }

    /** The last message that was compressed. */
    ByteBuffer buffer() {
        return arrays.resultBuffer();
    }

    /** Its length. */
    int length() {
        return length;
    }

    private void release() {
        Compressor old = compressor;
        compressor = null;
        if (old != null) {
            Closing.quietly(old, output);
        }
    }

    /** Frees everything; messages are not compressed any more. */
    void close() {
        closed = true;
        release();
    }
}
