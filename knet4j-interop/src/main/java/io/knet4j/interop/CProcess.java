package io.knet4j.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A C node in a process of its own, which can be killed: starts {@link CNodeMain} with the Java
 * that runs here and speaks its protocol. Commands may come from any thread; they are executed one
 * after the other.
 */
public final class CProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final Duration QUIT = Duration.ofSeconds(10);
    private static final String END = "end of output";

    /** The option by which programs on the class path may call native code. */
    public static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    private final Process process;
    private final Writer stdin;
    private final Thread reader;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<CMessage> messages = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();

    private CProcess(Process process) {
        this.process = process;
        this.stdin = process.outputWriter(StandardCharsets.UTF_8);
        this.reader =
                Thread.ofPlatform().daemon().name("cprocess-" + process.pid()).start(this::read);
    }

    /**
     * Starts a node and waits until it is ready.
     *
     * @param hostId its host id
     * @return the process
     * @throws IOException when it doesn't start, or has no C library
     */
    public static CProcess start(int hostId) throws IOException {
        return start(hostId, CNode.LogLevel.DEBUG, List.of());
    }

    /**
     * Starts a node and waits until it is ready.
     *
     * @param hostId its host id
     * @param logLevel how much the library logs
     * @param jvmOptions more options for its JVM
     * @return the process
     * @throws IOException when it doesn't start, or has no C library
     */
    public static CProcess start(int hostId, CNode.LogLevel logLevel, List<String> jvmOptions)
            throws IOException {
        return start(hostId, logLevel, jvmOptions, Map.of());
    }

    /**
     * Starts a node and waits until it is ready.
     *
     * @param hostId its host id
     * @param logLevel how much the library logs
     * @param jvmOptions more options for its JVM
     * @param environment variables to add to the environment, such as settings of malloc
     * @return the process
     * @throws IOException when it doesn't start, or has no C library
     */
    public static CProcess start(
            int hostId,
            CNode.LogLevel logLevel,
            List<String> jvmOptions,
            Map<String, String> environment)
            throws IOException {
        return start(
                List.of(),
                CNodeMain.class.getName(),
                ownClasses(),
                List.of(String.valueOf(hostId), logLevel.name()),
                jvmOptions,
                environment);
    }

    /**
     * Starts a C node by way of another program and waits until it is ready.
     *
     * @param launcher words that come before the command: a program that executes what follows them
     *     in its own process, such as {@code ip netns exec NAME}
     * @param hostId its host id
     * @param logLevel how much the library logs
     * @param jvmOptions more options for its JVM
     * @param environment variables to add to the environment
     * @return the process
     * @throws IOException when it doesn't start, or has no C library
     */
    public static CProcess startBy(
            List<String> launcher,
            int hostId,
            CNode.LogLevel logLevel,
            List<String> jvmOptions,
            Map<String, String> environment)
            throws IOException {
        return start(
                launcher,
                CNodeMain.class.getName(),
                ownClasses(),
                List.of(String.valueOf(hostId), logLevel.name()),
                jvmOptions,
                environment);
    }

    /**
     * Starts a node of knet4j by way of another program and waits until it is ready.
     *
     * @param launcher as for {@link #startBy}; may be empty
     * @param hostId its host id
     * @param classPath where {@link JavaNodeMain} and knet4j's classes are
     * @param jvmOptions more options for its JVM, with {@link #NATIVE_ACCESS} or without
     * @return the process
     * @throws IOException when it doesn't start
     */
    public static CProcess startJavaBy(
            List<String> launcher, int hostId, String classPath, List<String> jvmOptions)
            throws IOException {
        return start(
                launcher,
                JavaNodeMain.class.getName(),
                classPath,
                List.of(String.valueOf(hostId)),
                jvmOptions,
                Map.of());
    }

    /**
     * Starts another program that speaks the protocol of {@link CNodeMain}, or a part of it, and
     * waits until it is ready.
     *
     * @param mainClass its main class
     * @param classPath where its classes are
     * @param arguments its arguments
     * @param jvmOptions more options for its JVM
     * @return the process
     * @throws IOException when it doesn't start
     */
    public static CProcess start(
            String mainClass, String classPath, List<String> arguments, List<String> jvmOptions)
            throws IOException {
        return start(List.of(), mainClass, classPath, arguments, jvmOptions, Map.of());
    }

    private static CProcess start(
            List<String> launcher,
            String mainClass,
            String classPath,
            List<String> arguments,
            List<String> jvmOptions,
            Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (!mainClass.equals(JavaNodeMain.class.getName())) {
            command.add(NATIVE_ACCESS);
        }
        command.add("-XX:+UseSerialGC");
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(classPath);
        command.add(mainClass);
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        CProcess started = new CProcess(process);
        try {
            String first = started.nextAnswer(START);
            if (!first.startsWith("ready ")) {
                throw new IOException(mainClass + " " + arguments + ": " + first);
            }
            return started;
        } catch (Throwable t) {
            started.kill();
            throw t;
        }
    }

    // CNodeMain needs nothing but this module and the JDK, so it runs from the class path whatever
    // path we came from.
    private static String ownClasses() {
        try {
            return Path.of(
                            Objects.requireNonNull(
                                            CNodeMain.class.getProtectionDomain().getCodeSource())
                                    .getLocation()
                                    .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Executes a command of {@link CNodeMain}.
     *
     * @param words the command and its arguments; they are joined by spaces
     * @return the answer without its {@code ok}
     * @throws IllegalStateException when the answer is an error, or the process has ended
     */
    public synchronized String command(Object... words) {
        List<String> texts = new ArrayList<>();
        for (Object word : words) {
            texts.add(
                    word instanceof InetSocketAddress address
                            ? format(address)
                            : String.valueOf(word));
        }
        String line = String.join(" ", texts);
        try {
            stdin.write(line + "\n");
            stdin.flush();
            String answer = nextAnswer(ANSWER);
            if (answer.equals("ok") || answer.startsWith("ok ")) {
                return answer.substring(2).strip();
            }
            throw new IllegalStateException(line + ": " + answer);
        } catch (IOException e) {
            throw new IllegalStateException(line + ": the process has ended", e);
        }
    }

    /**
     * Adds a link ({@link CNode#addLink}).
     *
     * @param hostId the host at the other end
     * @param link the link
     */
    public void addLink(int hostId, CLinkConfig link) {
        InetSocketAddress remote = link.remote();
        command(
                "link",
                hostId,
                link.linkId(),
                link.local(),
                remote == null ? "-" : remote,
                link.pingIntervalMillis(),
                link.pingTimeoutMillis(),
                link.precision(),
                link.pongCount(),
                link.priority());
    }

    /**
     * Sends a message.
     *
     * @param channel an open channel
     * @param payload its bytes
     */
    public void send(int channel, byte[] payload) {
        command("send", channel, HexFormat.of().formatHex(payload));
    }

    /**
     * Takes the next message that arrived on a channel which prints.
     *
     * @param timeout how long to wait for one
     * @return the message; null after the timeout
     * @throws InterruptedException when interrupted
     */
    public @Nullable CMessage poll(Duration timeout) throws InterruptedException {
        return messages.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** {@return the texts of the events so far} */
    public List<String> events() {
        return List.copyOf(events);
    }

    /**
     * Waits until the node says that it can reach a host, or cannot.
     *
     * @param hostId the host
     * @param reachable which
     * @param timeout how long to wait
     * @throws InterruptedException when interrupted
     * @throws TimeoutException when it wasn't so in time
     */
    public void awaitReachable(int hostId, boolean reachable, Duration timeout)
            throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (Boolean.parseBoolean(command("reachable", hostId)) != reachable) {
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException(
                        "host " + hostId + " reachable=" + reachable + ": " + command("status"));
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** {@return the process} */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Ends the process at once, as {@code kill -9} does, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Lets the node shut down in order; after ten seconds the process is killed. */
    @Override
    public void close() {
        if (process.isAlive()) {
            try {
                stdin.write("quit\n");
                stdin.flush();
                if (!process.waitFor(QUIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            } catch (IOException _) {
                process.destroyForcibly(); // it ended between the question and the command, or
                // doesn't listen
            } catch (InterruptedException _) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        awaitEnd();
    }

    private void awaitEnd() {
        process.onExit().join();
        CNode.joinUninterruptibly(reader);
        try {
            stdin.close();
        } catch (IOException _) {
            // what was not written yet has no reader any more
        }
    }

    private String nextAnswer(Duration timeout) throws IOException {
        try {
            String answer = answers.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (answer == null) {
                throw new IOException("no answer within " + timeout.toSeconds() + " s");
            }
            if (answer.equals(END)) {
                answers.add(END);
                throw new IOException(END);
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void read() {
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                dispatch(line);
            }
        } catch (IOException | UncheckedIOException _) {
            // the process was killed
        } finally {
            answers.add(END);
        }
    }

    private void dispatch(String line) {
        if (line.startsWith("recv ")) {
            String[] words = line.split(" ");
            messages.add(
                    new CMessage(Integer.parseInt(words[1]), HexFormat.of().parseHex(words[2])));
        } else if (line.startsWith("event ") || line.startsWith("log ")) {
            events.add(line);
        } else {
            answers.add(line);
        }
    }

    private static String format(InetSocketAddress address) {
        String ip = address.getAddress().getHostAddress();
        return (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + address.getPort();
    }
}
