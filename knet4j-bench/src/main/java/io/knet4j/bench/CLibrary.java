package io.knet4j.bench;

import io.knet4j.cli.CommandException;
import io.knet4j.interop.LibKnet;
import java.util.Optional;

/** The C library, which some measurements need. */
public final class CLibrary {
    private CLibrary() {}

    /**
     * Fails with a hint where it is not installed.
     *
     * @param use what it is needed for
     */
    public static void require(String use) throws CommandException {
        Optional<String> missing = LibKnet.unavailableReason();
        if (missing.isPresent()) {
            throw CommandException.failed(
                    missing.get()
                            + "; "
                            + use
                            + ". Install the package libknet1 (Debian, Ubuntu: apt-get install"
                            + " libknet1)");
        }
    }
}
