package io.knet4j.cli;

/**
 * Ends a command in good order when the process gets SIGTERM or SIGINT: runs an action, which must
 * be bounded in time, and then ends the process with exit code 0. Closing this before a signal
 * comes takes it back.
 */
public final class SignalEnd implements AutoCloseable {

    private final Thread hook;

    private SignalEnd(Runnable action) {
        hook =
                new Thread(
                        () -> {
                            try {
                                action.run();
                            } finally {
                                // The exit code would be that of the signal otherwise.
                                Runtime.getRuntime().halt(ExitCode.OK);
                            }
                        },
                        "knet-signal-end");
    }

    /** From now on a signal runs the action. */
    public static SignalEnd with(Runnable action) {
        SignalEnd end = new SignalEnd(action);
        Runtime.getRuntime().addShutdownHook(end.hook);
        return end;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // A signal came first: its action is running and ends the process.
        }
    }
}
