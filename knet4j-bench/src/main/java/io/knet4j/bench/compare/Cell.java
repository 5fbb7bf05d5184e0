package io.knet4j.bench.compare;

/**
 * One kind of work.
 *
 * @param size bytes of a message
 * @param kind what happens to it
 */
record Cell(int size, Kind kind) {
    /** How it is called in the names of ratios. */
    String name() {
        return size + "B-" + kind.name();
    }
}
