package io.knet4j.spi;

import io.knet4j.CompressionMethod;

/**
 * Offers a compression method. Providers are found by {@link java.util.ServiceLoader} with the
 * class loader of {@code knet4j-core}, when a node is first opened or methods are first asked for;
 * {@link CompressionMethod#ZLIB} is built in. The first provider of a method is taken.
 *
 * <p>A provider whose library is not there throws a {@link LinkageError}, such as {@link
 * NoClassDefFoundError}, from its constructor: then its method is not available, and the others
 * are. The constructor should not do more than look for the library; what is costly, such as
 * loading native code, has time until a compressor or decompressor is made. The first opening of a
 * node has one decompressor made and closed in a thread of its own, so that this is done before
 * messages come; not of {@link CompressionMethod#ZSTD}, whose native code is loaded when it is
 * configured or received first. When making one fails, it is tried again after 10 seconds.
 *
 * <p>Providers are used by any number of threads at a time.
 */
public interface CompressionProvider {

    /**
     * The method.
     *
     * @return always the same, neither {@link CompressionMethod#NONE} nor {@link
     *     CompressionMethod#ZLIB}
     */
    CompressionMethod method();

    /**
     * Makes a compressor.
     *
     * @param level one that the {@linkplain CompressionMethod#acceptsLevel method accepts}
     * @return a new compressor
     */
    Compressor newCompressor(int level);

    /**
     * Makes a decompressor.
     *
     * @return a new decompressor, which reads what any level wrote
     */
    Decompressor newDecompressor();
}
