package io.knet4j.cli.status;

import java.time.Instant;
import java.util.Optional;

/**
 * What a running node is, besides what {@link io.knet4j.Knet} knows of it.
 *
 * @param name as the file calls it
 * @param cluster name of the cluster
 */
public record NodeIdentity(
        int id,
        Optional<String> name,
        Optional<String> cluster,
        String configFile,
        long pid,
        String version,
        Instant started) {}
