package io.knet4j.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of the jar this class came from. */
public final class Version implements IVersionProvider {

    /** For example {@code 1.0}. */
    public static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"knet " + number()};
    }
}
