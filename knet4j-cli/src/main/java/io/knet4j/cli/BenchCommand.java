package io.knet4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * The place of {@code knet bench} in the list of commands. The command itself is in a module of its
 * own, with the C library's binding and other libraries that nobody else needs; {@code ./knet}
 * starts it from there.
 */
@Command(
        name = "bench",
        description = "Measures knet4j beside the C library, or between two machines.",
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {ExitCode.OK_TEXT, ExitCode.FAILED_TEXT, ExitCode.USAGE_TEXT})
final class BenchCommand implements Callable<Integer> {

    @Unmatched private final List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws CommandException {
        throw CommandException.failed(
                "bench is not in this jar; in a checkout, run: ./knet bench "
                        + String.join(" ", arguments));
    }
}
