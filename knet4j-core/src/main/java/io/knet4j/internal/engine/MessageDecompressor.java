package io.knet4j.internal.engine;

import io.knet4j.CompressionMethod;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Decompressor;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses received messages, with a decompressor for each method that occurs. Belongs to the
 * control loop; only the counters may be read by any thread.
 */
final class MessageDecompressor {
    private static final System.Logger LOG = System.getLogger("io.knet4j.compression");
    private static final int METHODS = CompressionMethod.values().length;

    private final Supplier<CompressionMethods> methods;
    private final @Nullable Decompressor[] decompressors = new Decompressor[METHODS];
    private final boolean[] unavailable = new boolean[METHODS];
    private boolean closed;

    private byte[] output = {};
    private ByteBuffer outputBuffer = ByteBuffer.wrap(output);
    private byte[] input = {};
    private int length;

    final Counter decompressed = new Counter();
    final Counter compressedBytes = new Counter();
    final Counter originalBytes = new Counter();
    final Counter failed = new Counter();

    /**
     * @param methods asked when a method occurs for the first time
     */
    MessageDecompressor(Supplier<CompressionMethods> methods) {
        this.methods = methods;
    }

    /**
     * Decompresses a message.
     *
     * @param method id of the method as received, not 0
     * @return why it cannot be done, null when it is done
     */
    @Nullable DropCause decompress(int method, ByteBuffer message, int offset, int messageLength) {
        Decompressor decompressor;
        try {
            decompressor = decompressor(method);
        } catch (Throwable e) { // LinkageError: the library is not there
            unavailable[method] = true;
            LOG.log(System.Logger.Level.DEBUG, "compression method " + method, e);
            decompressor = null;
        }
        if (decompressor == null) {
            failed.increment();
            return DropCause.UNKNOWN_COMPRESSION;
        }
        byte[] source;
        int from;
        if (message.hasArray()) {
            source = message.array();
            from = message.arrayOffset() + offset;
        } else {
            if (input.length < messageLength) {
                input = new byte[Knet.MAX_MESSAGE_SIZE];
            }
            message.get(offset, input, 0, messageLength);
            source = input;
            from = 0;
        }
        if (output.length == 0) {
            output = new byte[Knet.MAX_MESSAGE_SIZE];
            outputBuffer = ByteBuffer.wrap(output);
        }
        try {
            length = decompressor.decompress(source, from, messageLength, output, 0, output.length);
        } catch (DataFormatException _) {
            length = 0;
        } catch (Throwable e) { // damaged messages must not harm, whatever they bring about
            LOG.log(System.Logger.Level.DEBUG, "compression method " + method, e);
            decompressors[method] = null;
            Closing.quietly(decompressor);
            length = 0;
        }
        if (length < 1 || length > output.length) {
            failed.increment();
            return DropCause.BAD_COMPRESSION;
        }
        decompressed.increment();
        compressedBytes.add(messageLength);
        originalBytes.add(length);
        return null;
    }

    private @Nullable Decompressor decompressor(int method) {
        if (method >= METHODS || closed || unavailable[method]) {
            return null;
        }
        Decompressor known = decompressors[method];
        if (known != null) {
            return known;
        }
        CompressionProvider provider = methods.get().provider(method);
        unavailable[method] = provider == null;
        Decompressor added = provider == null ? null : provider.newDecompressor();
        decompressors[method] = added;
        return added;
    }

    /** The last message that was decompressed. */
    ByteBuffer buffer() {
        return outputBuffer;
    }

    /** Its length. */
    int length() {
        return length;
    }

    /** Frees everything; from now on no method is available. */
    void close() {
        closed = true;
        for (int i = 0; i < METHODS; i++) {
            Decompressor old = decompressors[i];
            decompressors[i] = null;
            if (old != null) {
                Closing.quietly(old);
            }
        }
    }
}
