package io.knet4j.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of the jar this class came from. */
public final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"knet " + (version == null ? "(unpackaged)" : version)};
    }
}
