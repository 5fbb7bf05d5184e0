package io.knet4j.internal.engine;

/** Has work done by several threads at a time. */
public interface Parallel {
    /** All is done by the caller. */
    Parallel ALONE =
            new Parallel() {
                @Override
                public int threads() {
                    return 1;
                }

                @Override
                public void run(Task task, int pieces) {
                    for (int piece = 0; piece < pieces; piece++) {
                        task.run(piece, 0);
                    }
                }
            };

    /** Work in pieces that do not depend on each other. */
    @FunctionalInterface
    interface Task {
        /**
         * Does a piece.
         *
         * @param thread number of the thread that does it, 0 for the caller; no other thread has
         *     the same number
         */
        void run(int piece, int thread);
    }

    /** Most threads that work at a time, the caller included. */
    int threads();

    /**
     * Has all pieces done, each of them once, and returns when they are. The caller does what no
     * other thread comes to first, so that it waits for none that has not begun. What a piece
     * throws in the caller's thread is thrown when all have ended; in another, it is told to
     * whoever reads the log.
     *
     * <p>Called by one thread at a time.
     *
     * @param pieces up to 65,535
     */
    void run(Task task, int pieces);
}
