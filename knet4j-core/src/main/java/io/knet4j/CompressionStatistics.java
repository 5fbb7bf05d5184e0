package io.knet4j;

/**
 * Counters of compression since the node was opened. All count messages or their bytes, not
 * packets; a message that goes to several hosts counts once, and what stays within the node not at
 * all.
 *
 * @param txCompressed messages sent compressed
 * @param txOriginalBytes their size before
 * @param txCompressedBytes their size after
 * @param txNotSmaller messages sent uncompressed because compression made them no smaller
 * @param txFailed messages sent uncompressed because the compressor failed
 * @param txUncompressed messages sent uncompressed although a method was chosen: the two above,
 *     those not above the threshold, and those kept from hosts that may not bear {@link
 *     CompressionMethod#ZSTD}
 * @param rxDecompressed received messages that were decompressed
 * @param rxCompressedBytes their size before
 * @param rxOriginalBytes their size after
 * @param rxFailed received messages that could not be decompressed, counted as {@link
 *     DropCause#BAD_COMPRESSION} or {@link DropCause#UNKNOWN_COMPRESSION}, too
 */
public record CompressionStatistics(
        long txCompressed,
        long txOriginalBytes,
        long txCompressedBytes,
        long txNotSmaller,
        long txFailed,
        long txUncompressed,
        long rxDecompressed,
        long rxCompressedBytes,
        long rxOriginalBytes,
        long rxFailed) {}
