package io.knet4j.internal.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigurationException;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Test;

class CompressionMethodsTest {
    private final List<String> open = new ArrayList<>();

    /** Compresses runs of one byte to their length; does not work as its level tells. */
    private class Runs implements CompressionProvider {
        private static final int LIES = 100;
        private static final int GROWS = 101;
        private static final int THROWS = 102;
        private static final int LACKS_ITS_LIBRARY = 103;

        private final CompressionMethod method;

        private Runs(CompressionMethod method) {
            this.method = method;
        }

        @Override
        public CompressionMethod method() {
            return method;
        }

        @Override
        public Compressor newCompressor(int level) {
            if (level == LACKS_ITS_LIBRARY) {
                throw new UnsatisfiedLinkError("no library");
            }
            open.add("compressor");
            return new Compressor() {
                @Override
                public int compress(
                        byte[] source, int from, int length, byte[] target, int to, int limit) {
                    if (level == THROWS) {
                        throw new IllegalStateException("on purpose");
                    }
                    int said = level == LIES ? length - 1 : length;
                    target[to] = (byte) (said >> 16);
                    target[to + 1] = (byte) (said >> 8);
                    target[to + 2] = (byte) said;
                    return level == GROWS ? -1 : 3;
                }

                @Override
                public void close() {
                    open.remove("compressor");
                }
            };
        }

        @Override
        public Decompressor newDecompressor() {
            open.add("decompressor");
            return new Decompressor() {
                @Override
                public int decompress(
                        byte[] source, int from, int length, byte[] target, int to, int limit)
                        throws DataFormatException {
                    int size =
                            (source[from] & 0xff) << 16
                                    | (source[from + 1] & 0xff) << 8
                                    | (source[from + 2] & 0xff);
                    Arrays.fill(target, to, to + size, (byte) 0);
                    return size;
                }

                @Override
                public void close() {
                    open.remove("decompressor");
                }
            };
        }
    }

    private static Iterator<CompressionProvider> found(List<Supplier<CompressionProvider>> each) {
        Iterator<Supplier<CompressionProvider>> left = each.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return left.hasNext();
            }

            @Override
            public CompressionProvider next() {
                return left.next().get();
            }
        };
    }

    private CompressionMethods methods(CompressionMethod... each) {
        return new CompressionMethods(
                Stream.of(each).<CompressionProvider>map(Runs::new).iterator());
    }

    @Test
    void onlyZlibIsBuiltIn() {
        assertThat(CompressionMethods.installed().available())
                .containsExactly(CompressionMethod.ZLIB);
        assertThat(CompressionMethods.installed().provider(0)).isNull();
        assertThat(CompressionMethods.installed().provider(1)).isNotNull();
        assertThat(CompressionMethods.installed().provider(2)).isNull();
        assertThat(CompressionMethods.installed().provider(255)).isNull();
    }

    @Test
    void methodsAreListedInTheOrderOfTheirIdsAndZlibIsOurs() {
        CompressionMethods methods =
                methods(
                        CompressionMethod.ZSTD,
                        CompressionMethod.NONE,
                        CompressionMethod.ZLIB,
                        CompressionMethod.LZ4);
        assertThat(methods.available())
                .containsExactly(
                        CompressionMethod.ZLIB, CompressionMethod.LZ4, CompressionMethod.ZSTD);
        assertThat(methods.provider(1)).isInstanceOf(ZlibProvider.class);
    }

    @Test
    void aProviderWithoutItsLibraryDoesNotHarmTheOthers() {
        CompressionMethods methods =
                new CompressionMethods(
                        found(
                                List.of(
                                        () -> {
                                            throw new NoClassDefFoundError("net/jpountz/LZ4");
                                        },
                                        () -> new Runs(CompressionMethod.LZMA),
                                        () -> {
                                            throw new ServiceConfigurationError("no such class");
                                        },
                                        () -> new Runs(CompressionMethod.BZIP2))));
        assertThat(methods.available())
                .containsExactly(
                        CompressionMethod.ZLIB, CompressionMethod.LZMA, CompressionMethod.BZIP2);
        assertThatThrownBy(() -> methods.activate(CompressionConfig.of(CompressionMethod.LZ4)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "method: lz4 is not available here; available: zlib, lzma, bzip2 (add"
                                + " knet4j-compress and at.yawk.lz4:lz4-java to the class path)");
    }

    @Test
    void loadingMakesAndClosesADecompressorOfEachMethod() {
        List<CompressionMethod> made = new ArrayList<>();
        CompressionMethods methods =
                new CompressionMethods(
                        Stream.of(
                                        CompressionMethod.LZ4,
                                        CompressionMethod.LZMA,
                                        CompressionMethod.ZSTD)
                                .<CompressionProvider>map(method ->
                                        new Runs(method) {
                                            @Override
                                            public Decompressor newDecompressor() {
                                                made.add(method);
                                                if (method == CompressionMethod.LZMA) {
                                                    throw new UnsatisfiedLinkError("on purpose");
                                                }
                                                return super.newDecompressor();
                                            }
                                        })
                                .iterator());
        methods.load();
        assertThat(made)
                .as("all but zstd, which is native code")
                .containsExactly(CompressionMethod.LZ4, CompressionMethod.LZMA);
        assertThat(open).isEmpty();
        assertThat(methods.provider(5)).as("what was not loaded may be later").isNotNull();
    }

    @Test
    void endlessTroubleWithProvidersEnds() {
        Iterator<CompressionProvider> broken =
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        throw new ServiceConfigurationError("unreadable");
                    }

                    @Override
                    public CompressionProvider next() {
                        throw new AssertionError();
                    }
                };
        assertThat(new CompressionMethods(broken).available())
                .containsExactly(CompressionMethod.ZLIB);
    }

    @Test
    void aLibraryThatCannotBeLoadedIsNamed() {
        CompressionMethods methods = methods(CompressionMethod.LZO2, CompressionMethod.LZ4HC);
        CompressionConfig config =
                CompressionConfig.of(CompressionMethod.LZO2).withLevel(Runs.LACKS_ITS_LIBRARY);
        assertThatThrownBy(() -> methods.activate(config))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "method: lzo2 is not available here; available: zlib, lz4hc (add"
                                + " knet4j-compress to the class path):"
                                + " java.lang.UnsatisfiedLinkError: no library")
                .hasCauseInstanceOf(UnsatisfiedLinkError.class);
        assertThat(open).isEmpty();
    }

    @Test
    void levelsThatDoNotWorkGiveWayToTheDefault() {
        CompressionMethods methods = methods(CompressionMethod.LZO2);
        for (int level : new int[] {Runs.GROWS, Runs.LIES, Runs.THROWS}) {
            ActiveCompression active =
                    methods.activate(
                            CompressionConfig.of(CompressionMethod.LZO2)
                                    .withLevel(level)
                                    .withThreshold(7));
            assertThat(active.config().level()).hasValue(1);
            assertThat(active.config().threshold()).isEqualTo(7);
        }
        assertThat(
                        methods.activate(CompressionConfig.of(CompressionMethod.ZLIB).withLevel(0))
                                .config()
                                .level())
                .hasValue(-1);
        assertThat(open).isEmpty();
    }

    @Test
    void withoutDefaultLevelWhatDoesNotWorkIsRefused() {
        CompressionMethods methods = methods(CompressionMethod.LZ4);
        CompressionConfig lz4 = CompressionConfig.of(CompressionMethod.LZ4);
        assertThatThrownBy(() -> methods.activate(lz4.withLevel(Runs.GROWS)))
                .hasMessage("method: lz4 with level 101 does not work: it makes zeros no smaller");
        assertThatThrownBy(() -> methods.activate(lz4.withLevel(Runs.LIES)))
                .hasMessageContaining("decompression gives something else");
        assertThatThrownBy(() -> methods.activate(lz4.withLevel(Runs.THROWS)))
                .hasMessageContaining("on purpose");
        assertThat(open).isEmpty();
    }

    @Test
    void theLevelIsFilledIn() {
        assertThat(
                        CompressionMethods.installed()
                                .activate(CompressionConfig.of(CompressionMethod.ZLIB))
                                .config())
                .isEqualTo(CompressionConfig.of(CompressionMethod.ZLIB).withLevel(-1));
        assertThat(CompressionMethods.installed().activate(CompressionConfig.NONE).config())
                .isEqualTo(CompressionConfig.NONE);
    }
}
