package io.knet4j.cli.node;

import io.knet4j.CompressionMethod;
import io.knet4j.Knet;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.config.ClusterConfig;
import io.knet4j.cli.config.ClusterKey;
import io.knet4j.cli.config.ClusterNode;
import io.knet4j.cli.config.CompressionSettings;
import io.knet4j.cli.config.ConfigException;
import io.knet4j.cli.config.LinkSettings;
import io.knet4j.cli.config.LinkTransport;
import io.knet4j.cli.config.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The configuration file of a node, which must ask for nothing that is not supported. */
final class NodeFile {

    private NodeFile() {}

    /**
     * Reads a configuration file.
     *
     * @throws CommandException with a line for each problem
     */
    static ClusterConfig load(Path file) throws CommandException {
        try {
            ClusterConfig config = ClusterConfig.load(file);
            refuseUnsupported(config);
            return config;
        } catch (ConfigException e) {
            throw wrong(e);
        }
    }

    /**
     * Finds a node of the configuration.
     *
     * @throws CommandException when there is none with this id
     */
    static ClusterNode node(ClusterConfig config, int id) throws CommandException {
        try {
            return config.node(id);
        } catch (ConfigException e) {
            throw wrong(e);
        }
    }

    /** With a line for each problem. */
    static CommandException wrong(ConfigException e) {
        return CommandException.usage(e.problems().stream().map(Problem::toString).toList());
    }

    /** What would be silently left out otherwise. */
    private static void refuseUnsupported(ClusterConfig config) throws CommandException {
        List<String> problems = new ArrayList<>();
        for (LinkSettings link : config.links().values()) {
            if (link.transport() == LinkTransport.SCTP) {
                int line = config.lines().ofLink(link.number(), "knet_transport");
                problems.add(unsupported(config, line, "knet_transport", "sctp", "udp"));
            }
        }
        CompressionSettings compression = config.compression();
        List<String> available =
                Stream.concat(Stream.of(CompressionMethod.NONE), Knet.compressionMethods().stream())
                        .map(CompressionMethod::methodName)
                        .toList();
        if (!available.contains(compression.model())) {
            problems.add(
                    new Problem.Field(
                                    config.source(),
                                    config.lines().ofTotem("knet_compression_model"),
                                    "knet_compression_model",
                                    compression.model(),
                                    "is not available here",
                                    String.join(", ", available))
                            .toString());
        }
        if (!problems.isEmpty()) {
            throw CommandException.usage(problems);
        }
    }

    private static String unsupported(
            ClusterConfig config, int line, String field, String value, String allowed) {
        return new Problem.Field(
                        config.source(), line, field, value, "is not supported yet", allowed)
                .toString();
    }

    /** What is doubtful about a file, but does not stand in the way. */
    static List<String> warnings(ClusterConfig config) {
        return Stream.concat(config.warnings().stream(), ClusterKey.exposure(config).stream())
                .map(Problem::toString)
                .toList();
    }
}
