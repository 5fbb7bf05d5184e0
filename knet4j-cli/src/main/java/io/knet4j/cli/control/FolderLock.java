package io.knet4j.cli.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps other threads and processes out for as long as it is open, by a file in a folder that goes
 * with it. The system ends the lock of a process that dies.
 */
final class FolderLock implements AutoCloseable {

    /** File locks belong to processes, and do not keep apart the threads of one. */
    private static final ReentrantLock THREADS = new ReentrantLock();

    private static final Set<PosixFilePermission> PRIVATE =
            PosixFilePermissions.fromString("rw-------");

    private final Path file;
    private final FileChannel channel;

    private FolderLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Waits until nobody else has the lock of this folder. */
    static FolderLock of(Path folder) throws IOException {
        Path file = folder.resolve(".knet-lock");
        THREADS.lock();
        try {
            FileChannel channel = open(file);
            while (!isLocked(channel, file)) {
                channel.close();
                channel = open(file);
            }
            return new FolderLock(file, channel);
        } catch (IOException e) {
            THREADS.unlock();
            throw e;
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PRIVATE));
    }

    /** Whoever had the lock before took the file away, and another one may be in its place. */
    private static boolean isLocked(FileChannel channel, Path file) throws IOException {
        channel.lock();
        byte[] mark = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
        channel.truncate(0).write(ByteBuffer.wrap(mark));
        try {
            return Arrays.equals(mark, Files.readAllBytes(file));
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            Files.delete(file);
        } finally {
            THREADS.unlock();
        }
    }
}
