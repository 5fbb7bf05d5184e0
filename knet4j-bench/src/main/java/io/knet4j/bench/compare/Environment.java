package io.knet4j.bench.compare;

/**
 * Where it is measured.
 *
 * @param processors number of processors
 * @param system operating system and its version
 * @param java version of Java
 */
public record Environment(int processors, String system, String java) {
    /** {@return what this machine is} */
    public static Environment here() {
        return new Environment(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + ' ' + System.getProperty("os.version"),
                Runtime.version().toString());
    }
}
