package io.knet4j.compress;

/** Looks for the library of a method. */
final class Library {
    private Library() {}

    /**
     * Checks that a library is there, without initialising anything of it.
     *
     * @param className one of its classes
     * @throws NoClassDefFoundError if it is not there
     */
    static void require(String className) {
        try {
            Class.forName(className, false, Library.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            NoClassDefFoundError absent = new NoClassDefFoundError(className);
            absent.initCause(e);
            throw absent;
        }
    }
}
