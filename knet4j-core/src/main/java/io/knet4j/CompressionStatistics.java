package io.knet4j;

/**
 * Counters of compression since the node was opened, or since {@link Knet#clearStatistics} cleared
 * them. All count messages or their bytes, not packets; a message that goes to several hosts counts
 * once, and what stays within the node not at all.
 *
 * @param txCompressed messages sent compressed; libknet counts those as well whose result it threw
 *     away because it was no smaller
 * @param txOriginalBytes their size before
 * @param txCompressedBytes their size after
 * @param txNotSmaller messages sent uncompressed because compression made them no smaller
 * @param txFailed messages sent uncompressed because the compressor failed
 * @param txUncompressed messages sent uncompressed although a method was chosen: the two above,
 *     those not above the threshold, and those kept from hosts that may not bear {@link
 *     CompressionMethod#ZSTD}
 * @param txTime time to compress a message, whether or not that made it smaller
 * @param rxDecompressed received messages that were decompressed
 * @param rxCompressedBytes their size before
 * @param rxOriginalBytes their size after
 * @param rxFailed received messages that could not be decompressed, counted as {@link
 *     DropCause#BAD_COMPRESSION} or {@link DropCause#UNKNOWN_COMPRESSION}, too
 * @param rxTime time to decompress a message, also a damaged one
 */
public record CompressionStatistics(
        long txCompressed,
        long txOriginalBytes,
        long txCompressedBytes,
        long txNotSmaller,
        long txFailed,
        long txUncompressed,
        Timings txTime,
        long rxDecompressed,
        long rxCompressedBytes,
        long rxOriginalBytes,
        long rxFailed,
        Timings rxTime) {}
