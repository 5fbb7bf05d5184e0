package io.knet4j.cli;

/** What the exit codes of all commands mean, and how {@code --help} explains them. */
public final class ExitCode {

    /** Done. */
    public static final int OK = 0;

    /** The command was right, but its work failed. */
    public static final int FAILED = 1;

    /** The command line or a configuration file is wrong. */
    public static final int USAGE = 2;

    public static final String HEADING = "%nExit codes:%n";
    public static final String OK_TEXT = "0:done";
    public static final String FAILED_TEXT = "1:the work failed";
    public static final String USAGE_TEXT = "2:the command line or a configuration file is wrong";

    private ExitCode() {}
}
