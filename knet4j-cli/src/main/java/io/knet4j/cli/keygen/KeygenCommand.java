package io.knet4j.cli.keygen;

import io.knet4j.ConfigurationException;
import io.knet4j.SharedKey;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.ExitCode;
import io.knet4j.cli.NumberOption;
import io.knet4j.cli.Terminal;
import io.knet4j.cli.Version;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code knet keygen}. */
@Command(
        name = "keygen",
        description = {
            "Makes the key that the nodes of a cluster share.",
            "",
            "Writes random bytes into a new file that only its owner can read (mode 0400). All nodes"
                    + " need the same file: copy it, and do not make one for each. corosync reads"
                    + " it, too, as 'keyfile' of corosync.conf.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {
            ExitCode.OK_TEXT,
            "1:the file exists already, or cannot be written",
            "2:the command line is wrong"
        })
public final class KeygenCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "The file to write, which must not exist.")
    private Path file = Path.of("");

    @Option(
            names = "--bytes",
            paramLabel = "N",
            converter = KeyBytes.class,
            defaultValue = "" + SharedKey.DEFAULT_BYTES,
            description =
                    "Length of the key, "
                            + SharedKey.MIN_BYTES
                            + " to "
                            + SharedKey.MAX_BYTES
                            + "; default ${DEFAULT-VALUE}.")
    private int bytes;

    private final Terminal terminal;

    public KeygenCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What {@code --bytes} takes. */
    static final class KeyBytes extends NumberOption.Whole {
        KeyBytes() {
            super(SharedKey.MIN_BYTES, SharedKey.MAX_BYTES, "");
        }
    }

    @Override
    public Integer call() throws CommandException {
        if (file.toString().equals("-") || file.toString().isEmpty()) {
            throw CommandException.usage(
                    "FILE: value '" + file + "' is not allowed; allowed: the path of a new file");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw CommandException.failed(
                    "key file " + file + ": cannot be written: there is no folder " + folder);
        }
        try (SharedKey key = SharedKey.generate(bytes)) {
            key.write(file);
        } catch (ConfigurationException e) {
            throw CommandException.failed(String.valueOf(e.getMessage()), e);
        }
        terminal.outLine(
                "wrote a key of "
                        + bytes
                        + " bytes to "
                        + file
                        + (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                                ? ", readable by its owner only (mode 0400)"
                                : ""));
        return ExitCode.OK;
    }
}
