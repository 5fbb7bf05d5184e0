package io.knet4j.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and writes.
 *
 * @param out results
 * @param err messages about the work
 */
public record Terminal(InputStream in, PrintStream out, PrintStream err) implements AutoCloseable {

    private static final int OUTPUT_BUFFER = 1 << 16;

    /** The streams of this process, in UTF-8 whatever the locale says. */
    public static Terminal ofProcess() {
        return new Terminal(
                new FileInputStream(FileDescriptor.in),
                stream(FileDescriptor.out),
                stream(FileDescriptor.err));
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new java.io.BufferedOutputStream(new FileOutputStream(descriptor), OUTPUT_BUFFER),
                false,
                StandardCharsets.UTF_8);
    }

    /** Prints an error as the user sees it. */
    public void error(String line) {
        errLine("knet: " + line);
    }

    /** Prints a line on standard error. */
    public void errLine(String line) {
        println(err, line);
    }

    /** Prints a line on standard output. */
    public void outLine(String line) {
        println(out, line);
    }

    /** The line reaches the reader at once, and whole. */
    private static void println(PrintStream stream, String line) {
        synchronized (stream) {
            stream.append(line).append('\n').flush();
        }
    }

    /** Writes out what is buffered; the streams stay open. */
    @Override
    public void close() {
        out.flush();
        err.flush();
    }
}
