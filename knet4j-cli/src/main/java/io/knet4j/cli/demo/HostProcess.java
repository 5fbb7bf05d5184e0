package io.knet4j.cli.demo;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.knet4j.SharedKey;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * A process that runs a {@link DemoHost}. It ends when its standard input does, so it does not
 * outlive this process.
 */
final class HostProcess implements AutoCloseable {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    private final int id;
    private final Process process;
    private final Writer commands;
    private final BiConsumer<Integer, JsonObject> events;
    private final BlockingQueue<JsonObject> answers = new LinkedBlockingQueue<>();

    private HostProcess(int id, Process process, BiConsumer<Integer, JsonObject> events) {
        this.id = id;
        this.process = process;
        this.events = events;
        commands = process.outputWriter(StandardCharsets.UTF_8);
    }

    /**
     * Starts a host.
     *
     * @param key of the cluster; empty for a cluster without crypto
     * @param events gets what the host tells of its own accord
     */
    static HostProcess start(
            int id, long seed, Optional<SharedKey> key, BiConsumer<Integer, JsonObject> events)
            throws CommandException {
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // Small and quick to start: there are three of them.
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xms64m",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        DemoHostCommand.NAME,
                        "--id=" + id,
                        "--seed=" + seed);
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            HostProcess host = new HostProcess(id, process, events);
            host.handOver(key);
            Thread.ofPlatform().name("demo-host-" + id).daemon().start(host::read);
            return host;
        } catch (IOException e) {
            throw CommandException.failed(
                    "cannot start the process of host " + id + ": " + e.getMessage(), e);
        }
    }

    private void handOver(Optional<SharedKey> key) throws CommandException {
        try {
            KeyHandover.write(process.getOutputStream(), key);
        } catch (IOException e) {
            close();
            throw ended();
        }
    }

    int id() {
        return id;
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonObject json = JsonParser.parseString(line).getAsJsonObject();
                switch (json.get("event").getAsString()) {
                    case "done", "report" -> answers.add(json);
                    default -> events.accept(id, json);
                }
            }
        } catch (IOException _) {
            // told below
        } finally {
            JsonObject ended = new JsonObject();
            ended.addProperty("event", "ended");
            answers.add(ended);
        }
    }

    /** Tells the host to do something. */
    void command(JsonObject command) throws CommandException {
        try {
            commands.write(command + "\n");
            commands.flush();
        } catch (IOException e) {
            throw ended();
        }
    }

    /** Waits for the next answer, which must be of this kind. */
    JsonObject answer(String event) throws CommandException, InterruptedException {
        JsonObject answer = answers.poll(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        if (answer == null) {
            throw CommandException.failed(
                    "host " + id + " did not answer within " + ANSWER_LIMIT.toSeconds() + " s");
        }
        if (!answer.get("event").getAsString().equals(event)) {
            throw ended();
        }
        return answer;
    }

    private CommandException ended() {
        return CommandException.failed("the process of host " + id + " ended unexpectedly");
    }

    @Override
    public void close() {
        try {
            commands.close();
            if (process.waitFor(END_LIMIT)) {
                return;
            }
        } catch (IOException _) {
            // it is gone, or will be soon
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
