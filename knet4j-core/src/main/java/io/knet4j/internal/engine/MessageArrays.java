package io.knet4j.internal.engine;

import io.knet4j.Knet;
import java.nio.ByteBuffer;

/**
 * What compression reads and writes, which are arrays: the message where it is, or a copy of it,
 * and a result. Memory is taken with the first message.
 */
final class MessageArrays {
    private byte[] copy = {};
    private byte[] source = {};
    private int offset;
    private byte[] result = {};
    private ByteBuffer resultBuffer = ByteBuffer.wrap(result);

    /** The next message. The result of the last one is overwritten from now on. */
    void take(ByteBuffer message, int at, int length) {
        if (message.hasArray()) {
            source = message.array();
            offset = message.arrayOffset() + at;
        } else {
            if (copy.length < length) {
                copy = new byte[Knet.MAX_MESSAGE_SIZE];
            }
            message.get(at, copy, 0, length);
            source = copy;
            offset = 0;
        }
        if (result.length == 0) {
            result = new byte[Knet.MAX_MESSAGE_SIZE];
            resultBuffer = ByteBuffer.wrap(result);
        }
    }

    byte[] source() {
        return source;
    }

    /** Where the message starts in {@link #source()}. */
    int offset() {
        return offset;
    }

    /** Room for the largest message. */
    byte[] result() {
        return result;
    }

    /** The same bytes as {@link #result()}. */
    ByteBuffer resultBuffer() {
        return resultBuffer;
    }
}
