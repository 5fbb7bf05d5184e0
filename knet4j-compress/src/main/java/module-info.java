/**
 * All compression methods of libknet besides zlib, which {@code knet4j-core} has itself. Put on the
 * class path or module path, it is found by {@link java.util.ServiceLoader}.
 *
 * <table class="striped">
 * <caption>Methods and their libraries</caption>
 * <thead><tr><th scope="col">Method</th><th scope="col">Library</th></tr></thead>
 * <tbody>
 * <tr><th scope="row">lz4, lz4hc</th><td>at.yawk.lz4:lz4-java, pure Java part</td></tr>
 * <tr><th scope="row">lzo2</th><td>none: it is part of this module</td></tr>
 * <tr><th scope="row">lzma</th><td>org.tukaani:xz, pure Java</td></tr>
 * <tr><th scope="row">bzip2</th><td>org.apache.commons:commons-compress, pure Java</td></tr>
 * <tr><th scope="row">zstd</th><td>com.github.luben:zstd-jni, native</td></tr>
 * </tbody>
 * </table>
 *
 * <p>On the class path, any library may be left out; then the methods that need it are not
 * available, and the others are. On the module path all of them have to be there.
 *
 * <p>The JVM warns when zstd's native code is loaded, unless it was started with {@code
 * --enable-native-access=com.github.luben.zstd_jni}, or {@code ALL-UNNAMED} for the class path. The
 * code is loaded when zstd is configured or when the first message comes that is compressed by it.
 */
module io.knet4j.compress {
    requires io.knet4j;
    requires static org.jspecify;
    requires com.github.luben.zstd_jni;
    requires org.apache.commons.compress;
    requires org.lz4.java;
    requires org.tukaani.xz;

    provides io.knet4j.spi.CompressionProvider with
            io.knet4j.compress.Lz4Provider,
            io.knet4j.compress.Lz4hcProvider,
            io.knet4j.compress.Lzo2Provider,
            io.knet4j.compress.LzmaProvider,
            io.knet4j.compress.Bzip2Provider,
            io.knet4j.compress.ZstdProvider;
}
