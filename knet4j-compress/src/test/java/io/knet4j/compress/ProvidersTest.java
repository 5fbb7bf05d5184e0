package io.knet4j.compress;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Channel;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CompressionStatistics;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import java.io.File;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ProvidersTest {

    @Test
    void allMethodsAreHere() {
        assertThat(Knet.compressionMethods())
                .containsExactly(
                        CompressionMethod.ZLIB,
                        CompressionMethod.LZ4,
                        CompressionMethod.LZ4HC,
                        CompressionMethod.LZO2,
                        CompressionMethod.LZMA,
                        CompressionMethod.BZIP2,
                        CompressionMethod.ZSTD);
        assertThat(Lz4Provider.class.getModule().isNamed()).as("on the module path").isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void nodesTakeEveryMethod(CompressionMethod method) {
        try (Knet knet = Knet.builder(1).compression(CompressionConfig.of(method)).open()) {
            assertThat(knet.compression().method()).isEqualTo(method);
            knet.setCompression(CompressionConfig.NONE);
            assertThat(knet.compression()).isEqualTo(CompressionConfig.NONE);
            knet.setCompression(CompressionConfig.of(method));
            assertThat(knet.compression().method()).isEqualTo(method);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyMethodCarriesALongMessageAndCountsIt(CompressionMethod method)
            throws InterruptedException {
        CompressionConfig config = CompressionConfig.of(method).withThreshold(0);
        if (method != CompressionMethod.NONE) {
            config = config.withLevel(4);
        }
        try (Knet knet = Knet.builder(1).compression(config).open()) {
            linkToItself(knet);
            byte[] message = new byte[Knet.MAX_MESSAGE_SIZE];
            Arrays.fill(message, (byte) 0x5a);
            Channel channel = knet.channel(0);
            channel.send(ByteBuffer.wrap(message), Destination.host(1));
            assertThat(channel.receive(Duration.ofSeconds(20)).orElseThrow().payload())
                    .isEqualTo(message);
            long expected = method == CompressionMethod.NONE ? 0 : 1;
            CompressionStatistics statistics = knet.statistics().compression();
            assertThat(statistics.txCompressed()).isEqualTo(expected);
            assertThat(statistics.rxDecompressed()).isEqualTo(expected);
        }
    }

    private static void linkToItself(Knet knet) throws InterruptedException {
        InetAddress here = InetAddress.getLoopbackAddress();
        Host self = knet.addHost(1);
        LinkConfig anywhere =
                LinkConfig.udp(new InetSocketAddress(here, 0), new InetSocketAddress(here, 9));
        Link probe = self.addLink(1, anywhere);
        InetSocketAddress local = probe.config().local();
        Duration patient = Duration.ofSeconds(20);
        self.addLink(
                0,
                LinkConfig.udp(local, local)
                        .withPing(Duration.ofMillis(20), patient)
                        .withPongCount(1));
        probe.remove();
        knet.startForwarding();
        assertThat(self.awaitReachable(patient)).isTrue();
    }

    /** On the class path a library may be missing. */
    @ParameterizedTest
    @CsvSource({
        "lz4-java, ZLIB LZO2 LZMA BZIP2 ZSTD",
        "xz, ZLIB LZ4 LZ4HC LZO2 BZIP2 ZSTD",
        "commons-compress, ZLIB LZ4 LZ4HC LZO2 LZMA ZSTD",
        "zstd-jni, ZLIB LZ4 LZ4HC LZO2 LZMA BZIP2",
        "none, ZLIB LZ4 LZ4HC LZO2 LZMA BZIP2 ZSTD",
    })
    void withoutALibraryItsMethodsAreAbsentAndTheOthersAreNot(String library, String methods)
            throws Exception {
        List<URL> paths = new ArrayList<>();
        String all = System.getProperty("jdk.module.path", "");
        for (String path : all.split(File.pathSeparator)) {
            if (!path.isEmpty() && !Path.of(path).getFileName().toString().startsWith(library)) {
                paths.add(Path.of(path).toUri().toURL());
            }
        }
        Path own =
                Path.of(
                        Lz4Provider.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        assertThat(Files.exists(own)).isTrue();
        paths.add(own.toUri().toURL());
        // The platform class loader would find the modules that these tests run in.
        try (URLClassLoader loader = new URLClassLoader(paths.toArray(URL[]::new), null)) {
            Method list = loader.loadClass(Knet.class.getName()).getMethod("compressionMethods");
            assertThat(((List<?>) list.invoke(null)).stream().map(Object::toString))
                    .containsExactlyElementsOf(Arrays.asList(methods.split(" ")));
        }
    }
}
