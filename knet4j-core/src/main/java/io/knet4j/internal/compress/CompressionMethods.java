package io.knet4j.internal.compress;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigurationException;
import io.knet4j.Knet;
import io.knet4j.LogSubsystem;
import io.knet4j.Reason;
import io.knet4j.spi.CompressionProvider;
import io.knet4j.spi.Compressor;
import io.knet4j.spi.Decompressor;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/** The compression methods that are available, by method. */
public final class CompressionMethods {
    private static final System.Logger LOG = System.getLogger(LogSubsystem.COMPRESS.loggerName());
    private static final int MAX_BROKEN_PROVIDERS = 100;
    private static final int SAMPLE = Knet.MAX_MESSAGE_SIZE;

    private static final AtomicBoolean PREPARED = new AtomicBoolean();

    private final Map<CompressionMethod, CompressionProvider> providers =
            new EnumMap<>(CompressionMethod.class);

    /** Those on the class path or module path; looked for when first needed. */
    private static final class Installed {
        private static final CompressionMethods METHODS =
                new CompressionMethods(
                        ServiceLoader.load(
                                        CompressionProvider.class,
                                        CompressionMethods.class.getClassLoader())
                                .iterator());
    }

    /** Zlib, and what was found; of several for a method, the first. */
    public CompressionMethods(Iterator<CompressionProvider> found) {
        add(new ZlibProvider());
        for (int broken = 0; broken < MAX_BROKEN_PROVIDERS; ) {
            try {
                if (!found.hasNext()) {
                    break;
                }
                add(found.next());
            } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
                broken++; // one of several: the others are not to suffer
                LOG.log(System.Logger.Level.DEBUG, "a compression method is not available", e);
            }
        }
    }

    /** Those that this program has. */
    public static CompressionMethods installed() {
        return Installed.METHODS;
    }

    /**
     * Finds them, and has what they need loaded by a thread of its own, for which neither the
     * caller nor a control loop shall wait. Does so once.
     */
    public static void prepareInstalled() {
        CompressionMethods methods = installed();
        if (PREPARED.compareAndSet(false, true)) {
            Thread.ofPlatform()
                    .daemon()
                    .name("knet-compression")
                    .inheritInheritableThreadLocals(false)
                    .start(methods::load);
        }
    }

    /**
     * Has each method load what it needs. What cannot be loaded shows when a message needs it. Zstd
     * is native code, of which the JVM may warn: only who configures or receives it shall see that.
     */
    void load() {
        for (CompressionProvider provider : providers.values()) {
            if (provider.method() == CompressionMethod.ZSTD) {
                continue;
            }
            try {
                provider.newDecompressor().close();
            } catch (Throwable e) {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        provider.method().methodName() + ": not loaded",
                        e);
            }
        }
    }

    /**
     * Tries a configuration out with the methods that this program has. See {@link #activate}; what
     * asks for no compression loads nothing.
     */
    public static ActiveCompression activateInstalled(CompressionConfig config) {
        return config.method() == CompressionMethod.NONE
                ? new ActiveCompression(config, null)
                : installed().activate(config);
    }

    private void add(CompressionProvider provider) {
        CompressionMethod method = provider.method();
        if (method != CompressionMethod.NONE) {
            providers.putIfAbsent(method, provider);
        }
    }

    /** The methods, in the order of their ids, without {@link CompressionMethod#NONE}. */
    public List<CompressionMethod> available() {
        return List.copyOf(providers.keySet());
    }

    /** The provider of the method with this id, null when there is none. */
    public @Nullable CompressionProvider provider(int id) {
        return CompressionMethod.withId(id).map(providers::get).orElse(null);
    }

    /**
     * Tries a configuration out.
     *
     * @return what to compress with; a level at which nothing gets smaller is replaced by the
     *     default, as in libknet
     * @throws ConfigurationException when the method is not available or does not work
     */
    public ActiveCompression activate(CompressionConfig config) {
        CompressionMethod method = config.method();
        if (method == CompressionMethod.NONE) {
            return new ActiveCompression(config, null);
        }
        CompressionProvider provider = providers.get(method);
        if (provider == null) {
            throw unavailable(method, null);
        }
        int level = config.level().orElse(method.defaultLevel());
        ActiveCompression active = active(config, provider, level);
        String failure = failure(active, provider);
        if (failure != null && libknetHasDefault(method) && level != method.defaultLevel()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}: level {1} is replaced by the default, {2}: {3}",
                    method.methodName(),
                    Integer.toString(level),
                    Integer.toString(method.defaultLevel()),
                    failure);
            active = active(config, provider, method.defaultLevel());
            failure = failure(active, provider);
        }
        if (failure != null) {
            throw new ConfigurationException(
                    Reason.INVALID_ARGUMENT,
                    "method: "
                            + method.methodName()
                            + " with level "
                            + active.config().level().orElse(method.defaultLevel())
                            + " does not work: "
                            + failure);
        }
        if (method == CompressionMethod.ZSTD) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "zstd: hosts that run libknet crash on its messages unless zstd is configured"
                            + " on them, too; configure it on every host or on none");
        }
        return active;
    }

    private static ActiveCompression active(
            CompressionConfig config, CompressionProvider provider, int level) {
        return new ActiveCompression(
                new CompressionConfig(config.method(), OptionalInt.of(level), config.threshold()),
                provider);
    }

    private static boolean libknetHasDefault(CompressionMethod method) {
        return method != CompressionMethod.LZ4 && method != CompressionMethod.BZIP2;
    }

    /** Compresses and decompresses zeros. What is wrong, null when nothing is. */
    private @Nullable String failure(ActiveCompression active, CompressionProvider provider) {
        byte[] zeros = new byte[SAMPLE];
        byte[] compressed = new byte[SAMPLE];
        byte[] result = new byte[SAMPLE];
        Arrays.fill(result, (byte) 1);
        try (Compressor compressor = active.newCompressor();
                Decompressor decompressor = provider.newDecompressor()) {
            int length =
                    compressor == null
                            ? -1
                            : compressor.compress(zeros, 0, SAMPLE, compressed, 0, SAMPLE - 1);
            if (length < 1 || length >= SAMPLE) {
                return "it makes zeros no smaller";
            }
            int size = decompressor.decompress(compressed, 0, length, result, 0, SAMPLE);
            return size == SAMPLE && Arrays.equals(zeros, result)
                    ? null
                    : "decompression gives something else than was compressed";
        } catch (LinkageError e) {
            throw unavailable(active.method(), e);
        } catch (RuntimeException | DataFormatException e) {
            return e.toString();
        }
    }

    private ConfigurationException unavailable(
            CompressionMethod method, @Nullable LinkageError cause) {
        String names =
                available().stream()
                        .filter(other -> other != method)
                        .map(CompressionMethod::methodName)
                        .collect(Collectors.joining(", "));
        return new ConfigurationException(
                Reason.INVALID_ARGUMENT,
                "method: "
                        + method.methodName()
                        + " is not available here; available: "
                        + names
                        + " ("
                        + remedy(method)
                        + ')'
                        + (cause == null ? "" : ": " + cause),
                cause);
    }

    private static String remedy(CompressionMethod method) {
        @Nullable String library =
                switch (method) {
                    case LZ4, LZ4HC -> "at.yawk.lz4:lz4-java";
                    case LZMA -> "org.tukaani:xz";
                    case BZIP2 -> "org.apache.commons:commons-compress";
                    case ZSTD -> "com.github.luben:zstd-jni";
                    case NONE, ZLIB, LZO2 -> null;
                };
        return "add knet4j-compress"
                + (library == null ? "" : " and " + library)
                + " to the class path";
    }
}
