package io.knet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A {@code knet} command that runs in a thread of the test, with its streams in our hands. */
public final class CommandRun implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Output out = new Output();
    private final Output err = new Output();
    private final OutputStream input;
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

    private CommandRun(OutputStream input, Pipe.SourceChannel source, String... args) {
        this.input = input;
        Thread.ofPlatform()
                .daemon()
                .name("command")
                .start(() -> {
                    try (Terminal terminal =
                            new Terminal(
                                    Channels.newInputStream(source), out.stream(), err.stream())) {
                        exitCode.complete(Main.run(terminal, args));
                    } catch (RuntimeException | Error e) {
                        exitCode.completeExceptionally(e);
                    }
                });
    }

    public static CommandRun start(String... args) {
        try {
            Pipe pipe = Pipe.open();
            return new CommandRun(Channels.newOutputStream(pipe.sink()), pipe.source(), args);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command without input to its end. */
    public static CommandRun toTheEnd(String... args) throws Exception {
        CommandRun run = start(args);
        run.endInput();
        run.exitCode();
        return run;
    }

    public void type(byte[] bytes) throws IOException {
        input.write(bytes);
        input.flush();
    }

    public void type(String text) throws IOException {
        type(text.getBytes(StandardCharsets.UTF_8));
    }

    public void endInput() throws IOException {
        input.close();
    }

    public int exitCode() throws Exception {
        return exitCode.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    public Output out() {
        return out;
    }

    public Output err() {
        return err;
    }

    @Override
    public void close() throws IOException {
        endInput();
        exitCode.copy().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** What a command has printed. */
    public static final class Output extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private PrintStream stream() {
            return new PrintStream(this, true, StandardCharsets.UTF_8);
        }

        @Override
        public synchronized void write(int b) {
            bytes.write(b);
            notifyAll();
        }

        @Override
        public synchronized void write(byte[] b, int off, int len) {
            bytes.write(b, off, len);
            notifyAll();
        }

        public synchronized List<String> lines() {
            return bytes.toString(StandardCharsets.UTF_8).lines().toList();
        }

        private List<String> shortened() {
            return lines().stream()
                    .map(line -> line.substring(0, Math.min(line.length(), 200)))
                    .toList();
        }

        /** Waits for a line. */
        public String await(Predicate<String> wanted) throws InterruptedException {
            return await(PATIENCE, wanted);
        }

        /** Waits for a line, not longer than told. */
        public synchronized String await(Duration patience, Predicate<String> wanted)
                throws InterruptedException {
            long deadline = System.nanoTime() + patience.toNanos();
            while (true) {
                for (String line : lines()) {
                    if (wanted.test(line)) {
                        return line;
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                assertThat(left).as("time left; output so far: %s", shortened()).isPositive();
                wait(left);
            }
        }
    }
}
