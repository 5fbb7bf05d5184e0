package io.knet4j;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The secret that all hosts of a cluster share: 128 to 4096 random bytes. Answers to {@code
 * private_key} of libknet's {@code knet_handle_crypto_cfg}.
 *
 * <p>The bytes are kept in one array, which {@link #close()} overwrites. They never show in {@link
 * #toString()}, in logs or in exceptions. A node makes its own copy, which it overwrites when the
 * key is replaced and when it is closed, so a key may be closed as soon as it was handed to {@link
 * Crypto} or {@link Knet.Builder#open()}. What cannot be overwritten are the copies and expanded
 * keys that the Java Cryptography Architecture makes in its own objects: they go with the garbage
 * collector.
 *
 * <p>May be used by several threads.
 */
public final class SharedKey implements AutoCloseable {

    /** Shortest key in bytes. */
    public static final int MIN_BYTES = 128;

    /** Longest key in bytes. */
    public static final int MAX_BYTES = 4096;

    /** Length of generated keys in bytes, unless told otherwise. */
    public static final int DEFAULT_BYTES = 1024;

    private static final Set<PosixFilePermission> OWNER_READS =
            PosixFilePermissions.fromString("r--------");
    private static final Set<PosixFilePermission> OWNERS =
            PosixFilePermissions.fromString("rwx------");

    private final int length;
    private byte @Nullable [] bytes;

    /** Takes the array over. */
    SharedKey(byte[] bytes) {
        this.bytes = bytes;
        length = bytes.length;
    }

    /**
     * Makes a key of given bytes, which are copied: the caller may overwrite the array.
     *
     * @param bytes 128 to 4096 bytes
     * @return the key
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the length is out of range
     */
    public static SharedKey of(byte[] bytes) {
        Checks.notNull("key", bytes);
        checkLength("key length", bytes.length);
        return new SharedKey(bytes.clone());
    }

    /**
     * Makes a random key of 1024 bytes.
     *
     * @return a new key
     */
    public static SharedKey generate() {
        return generate(DEFAULT_BYTES);
    }

    /**
     * Makes a random key.
     *
     * @param length 128 to 4096 bytes
     * @return a new key
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the length is out of range
     */
    public static SharedKey generate(int length) {
        checkLength("key length", length);
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return new SharedKey(bytes);
    }

    /**
     * Reads a key file: the bytes of the key and nothing else, as {@code knet keygen} and {@code
     * corosync-keygen} write it.
     *
     * @param file a file of 128 to 4096 bytes that neither group nor others can access; where the
     *     file system has no POSIX permissions, these are not checked
     * @return the key
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT}, naming the file, if it is not
     *     there, cannot be read, has another length or can be accessed by group or others
     */
    public static SharedKey read(Path file) {
        Checks.notNull("key file", file);
        // Of our own, and direct: channels copy others through memory that nobody overwrites.
        ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_BYTES + 1);
        try {
            checkAccess(file);
            int length = read(file, buffer);
            checkLength(
                    "key file " + file + ": length",
                    length > MAX_BYTES ? Math.max(length, Files.size(file)) : length);
            byte[] bytes = new byte[length];
            buffer.get(0, bytes);
            return new SharedKey(bytes);
        } catch (NoSuchFileException e) {
            throw problem(file, "there is no such file", e);
        } catch (IOException e) {
            throw problem(file, "cannot be read: " + explanation(e), e);
        } finally {
            overwrite(buffer);
        }
    }

    private static void checkAccess(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw problem(file, "is a directory", null);
        }
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        Set<PosixFilePermission> permissions = view.readAttributes().permissions();
        if (!OWNERS.containsAll(permissions)) {
            throw problem(
                    file,
                    "permissions "
                            + PosixFilePermissions.toString(permissions)
                            + " are not allowed; allowed: none for group and others (chmod 400)",
                    null);
        }
    }

    private static void overwrite(ByteBuffer buffer) {
        buffer.put(0, new byte[buffer.capacity()]);
    }

    private static int read(Path file, ByteBuffer target) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            while (target.hasRemaining() && channel.read(target) >= 0) {
                // until the end, or one byte more than is allowed
            }
        }
        return target.position();
    }

    /**
     * Writes a new key file that only its owner can read (mode 0400 where the file system has POSIX
     * permissions).
     *
     * @param file must not exist
     * @throws ConfigurationException {@link Reason#ALREADY_EXISTS} if the file exists; {@link
     *     Reason#INVALID_ARGUMENT} if it cannot be written, naming the file and the problem
     * @throws IllegalStateException if the key was closed
     */
    public void write(Path file) {
        Checks.notNull("key file", file);
        ByteBuffer source = ByteBuffer.allocateDirect(length);
        try {
            byte[] copy = toByteArray();
            source.put(0, copy);
            Arrays.fill(copy, (byte) 0);
            writeNew(file, source);
        } catch (FileAlreadyExistsException e) {
            throw new ConfigurationException(
                    Reason.ALREADY_EXISTS,
                    "key file "
                            + file
                            + (Files.isDirectory(file) ? ": is a directory" : ": exists already"),
                    e);
        } catch (IOException e) {
            throw problem(file, "cannot be written: " + explanation(e), e);
        } finally {
            overwrite(source);
        }
    }

    private static void writeNew(Path file, ByteBuffer source) throws IOException {
        Set<StandardOpenOption> options =
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        boolean written = false;
        try (FileChannel channel = FileChannel.open(file, options, ownerOnly(file))) {
            try {
                while (source.hasRemaining()) {
                    channel.write(source);
                }
                channel.force(true);
                written = true;
            } finally {
                if (!written) {
                    Files.deleteIfExists(file); // half a key would pass for a whole one
                }
            }
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_READS)}
                : new FileAttribute<?>[0];
    }

    private static String explanation(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "there is no such folder";
            default -> e.toString();
        };
    }

    private static ConfigurationException problem(
            Path file, String problem, @Nullable Exception cause) {
        return new ConfigurationException(
                Reason.INVALID_ARGUMENT, "key file " + file + ": " + problem, cause);
    }

    private static void checkLength(String field, long length) {
        if (length < MIN_BYTES || length > MAX_BYTES) {
            throw ConfigurationException.invalid(
                    field, length, MIN_BYTES + " to " + MAX_BYTES + " bytes");
        }
    }

    /**
     * Length of the key.
     *
     * @return 128 to 4096 bytes
     */
    public int length() {
        return length;
    }

    /**
     * A copy of the key. The caller overwrites it as soon as it is not needed any more.
     *
     * @return a new array
     * @throws IllegalStateException if the key was closed
     */
    public synchronized byte[] toByteArray() {
        if (bytes == null) {
            throw new IllegalStateException("the key was closed");
        }
        return bytes.clone();
    }

    /** Overwrites the key. Further calls do nothing. */
    @Override
    public synchronized void close() {
        if (bytes != null) {
            Arrays.fill(bytes, (byte) 0);
            bytes = null;
        }
    }

    /**
     * Tells the length, and nothing else.
     *
     * @return for example {@code key of 1024 bytes}
     */
    @Override
    public String toString() {
        return "key of " + length + " bytes";
    }
}
