package io.knet4j.interop;

/**
 * The counters of a node as the C library keeps them.
 *
 * @param txUncompressedPackets messages sent uncompressed while compression was configured
 * @param txCompressedPackets messages that went through the compressor
 * @param txCompressedOriginalBytes bytes that went into it
 * @param txCompressedSizeBytes bytes that came out of it
 * @param rxCompressedPackets messages decompressed
 * @param rxCompressedOriginalBytes their bytes after decompression
 * @param rxCompressedSizeBytes their bytes before decompression
 * @param txCryptPackets packets of every kind encrypted
 * @param txCryptByteOverhead bytes that encryption added to data packets
 * @param txCryptAverageNanos mean time to encrypt a data packet (the library measures nanoseconds)
 * @param rxCryptPackets data packets decrypted
 * @param rxCryptAverageNanos mean time to decrypt a data packet
 */
public record CNodeStats(
        long txUncompressedPackets,
        long txCompressedPackets,
        long txCompressedOriginalBytes,
        long txCompressedSizeBytes,
        long rxCompressedPackets,
        long rxCompressedOriginalBytes,
        long rxCompressedSizeBytes,
        long txCryptPackets,
        long txCryptByteOverhead,
        long txCryptAverageNanos,
        long rxCryptPackets,
        long rxCryptAverageNanos) {}
