package io.knet4j.cli.demo;

import com.google.gson.JsonParser;
import io.knet4j.KnetException;
import io.knet4j.SharedKey;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.LogOptions;
import io.knet4j.cli.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One host of {@code knet demo}, in a process of its own that ends with its standard input. */
@Command(name = DemoHostCommand.NAME, hidden = true, description = "A host of 'knet demo'.")
public final class DemoHostCommand implements Callable<Integer> {

    static final String NAME = "demo-host";

    @Option(names = "--id", required = true)
    private int id;

    @Option(names = "--seed", required = true)
    private long seed;

    @Mixin private LogOptions log = new LogOptions();

    private final Terminal terminal;

    public DemoHostCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    private DemoHost open() throws IOException {
        Optional<SharedKey> key = KeyHandover.read(terminal.in());
        try {
            return new DemoHost(id, seed, key, terminal);
        } finally {
            key.ifPresent(SharedKey::close);
        }
    }

    @Override
    public Integer call() throws CommandException {
        log.apply(terminal);
        try (DemoHost host = open();
                BufferedReader commands =
                        new BufferedReader(
                                new InputStreamReader(terminal.in(), StandardCharsets.UTF_8))) {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                host.obey(JsonParser.parseString(line).getAsJsonObject());
            }
            return ExitCode.OK;
        } catch (IOException | KnetException e) {
            throw CommandException.failed("demo host " + id + ": " + e.getMessage(), e);
        }
    }
}
