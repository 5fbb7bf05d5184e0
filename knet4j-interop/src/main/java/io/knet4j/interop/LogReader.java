package io.knet4j.interop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;

/** The pipe the library writes its log to, and the thread that keeps the last lines of it. */
final class LogReader implements AutoCloseable {
    private static final long RECORD = KnetStructs.LogMsg.LAYOUT.byteSize();
    private static final String[] LEVELS = {"error", "warning", "info", "debug", "trace"};

    private final int readFd;
    private final int writeFd;
    private final int kept;
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private final Thread thread;

    LogReader(int hostId, int kept) {
        this.kept = kept;
        int[] pipe = LibC.pipe();
        this.readFd = pipe[0];
        this.writeFd = pipe[1];
        this.thread =
                Thread.ofPlatform().name("cnode-" + hostId + "-log").daemon().start(this::run);
    }

    int writeFd() {
        return writeFd;
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(RECORD * 64, 8);
            MemorySegment pollFd = arena.allocate(LibC.PollFd.LAYOUT);
            while (true) {
                LibC.PollFd.set(pollFd, 0, readFd, LibC.POLLIN);
                LibC.poll(pollFd, 1, -1);
                long n = LibC.read(readFd, buffer);
                if (n == 0) {
                    return;
                }
                for (long at = 0; at + RECORD <= n; at += RECORD) {
                    keep(format(buffer.asSlice(at, RECORD)));
                }
            }
        }
    }

    private static String format(MemorySegment record) {
        int level = Byte.toUnsignedInt(KnetStructs.LogMsg.level(record));
        return (level < LEVELS.length ? LEVELS[level] : "level " + level)
                + " "
                + LibKnet.logGetSubsystemName(KnetStructs.LogMsg.subsystem(record))
                + ": "
                + KnetStructs.LogMsg.text(record);
    }

    private void keep(String line) {
        synchronized (lines) {
            if (lines.size() == kept) {
                lines.removeFirst();
            }
            lines.addLast(line);
        }
    }

    /**
     * To be called when the library no longer writes: reads what is left, then closes both ends.
     */
    @Override
    public void close() {
        LibC.close(writeFd);
        CNode.joinUninterruptibly(thread);
        LibC.close(readFd);
    }
}
