package io.knet4j.testkit;

import java.util.List;

/** The command that repeats a run. */
final class Replay {
    private static final List<String> NOT_TESTS =
            List.of("java.", "jdk.", "sun.", "org.junit.", "org.apache.maven.", "com.intellij.");

    private Replay() {}

    static String command(long seed) {
        String test = currentTest();
        String module = test.startsWith("io.knet4j.testkit.") ? " -pl knet4j-testkit -am" : "";
        return "./mvnw"
                + module
                + " test -Dtest="
                + test.substring(test.lastIndexOf('.') + 1)
                + " -Dsurefire.failIfNoSpecifiedTests=false -D"
                + SimNetwork.SEED_PROPERTY
                + '='
                + seed;
    }

    /** The outermost method on the stack that belongs to no framework, as {@code Class#method}. */
    private static String currentTest() {
        return StackWalker.getInstance()
                .walk(frames ->
                        frames.filter(frame -> isTest(frame.getClassName()))
                                .reduce((_, outer) -> outer))
                .map(frame -> frame.getClassName() + '#' + methodName(frame.getMethodName()))
                .orElse("");
    }

    private static boolean isTest(String className) {
        return NOT_TESTS.stream().noneMatch(className::startsWith);
    }

    // lambda$method$0 is part of method
    private static String methodName(String name) {
        return name.startsWith("lambda$") ? name.split("\\$", -1)[1] : name;
    }
}
