package io.knet4j.interop.netns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs short commands of the operating system. */
final class Commands {
    private static final long LIMIT_SECONDS = 20;

    private Commands() {}

    /** Runs a command and returns what it prints; throws when it fails. */
    static String run(List<String> command) {
        return run(command, "");
    }

    /** The same with something to read on its standard input. */
    static String run(List<String> command, String input) {
        String what = String.join(" ", command);
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try {
                process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
                process.getOutputStream().close();
                String output =
                        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    throw new IllegalStateException(what + ": does not end");
                }
                if (process.exitValue() != 0) {
                    throw new IllegalStateException(what + ": " + output.strip());
                }
                return output;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new IllegalStateException(what + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(what + ": interrupted", e);
        }
    }
}
