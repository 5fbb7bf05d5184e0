package io.knet4j.spi;

import java.util.zip.DataFormatException;

/**
 * Decompresses messages. An instance is used by one thread at a time, and again after it threw.
 *
 * <p>What it is given may come from an attacker. Whatever that is, it must end soon, take no more
 * memory than the largest valid message needs, and write nothing outside of the room it was given.
 */
public interface Decompressor extends AutoCloseable {

    /**
     * Decompresses a message.
     *
     * @param source holds the compressed message; must not be changed
     * @param offset where it begins
     * @param length its length, 1 byte or more
     * @param target where the result goes
     * @param targetOffset where the result begins
     * @param targetLimit the first position that must not be written
     * @return length of the result
     * @throws DataFormatException when the compressed message is damaged, or its result does not
     *     fit
     */
    int decompress(
            byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLimit)
            throws DataFormatException;

    /** Frees what the decompressor holds, native memory above all. */
    @Override
    void close();
}
