package io.knet4j.spi;

/** Compresses messages. An instance is used by one thread at a time. */
public interface Compressor extends AutoCloseable {

    /**
     * Compresses a message. When it fails or throws, the message is sent as it is.
     *
     * @param source holds the message; must not be changed
     * @param offset where the message begins
     * @param length its length, 1 to 65,536 bytes
     * @param target where the result goes
     * @param targetOffset where the result begins
     * @param targetLimit the first position that must not be written
     * @return length of the result, or -1 when it does not fit
     */
    int compress(
            byte[] source,
            int offset,
            int length,
            byte[] target,
            int targetOffset,
            int targetLimit);

    /** Frees what the compressor holds, native memory above all. */
    @Override
    void close();
}
