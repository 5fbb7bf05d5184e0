package io.knet4j.internal.engine;

/** Closes what other people wrote. */
final class Closing {
    private static final System.Logger LOG = System.getLogger("io.knet4j.compression");

    private Closing() {}

    /** Whatever closing throws does not matter to messages. */
    static void quietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.WARNING, "could not be closed: " + resource, e);
        }
    }
}
