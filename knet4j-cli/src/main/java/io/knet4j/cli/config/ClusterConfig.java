package io.knet4j.cli.config;

import io.knet4j.FlapControl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A cluster's network as a {@code corosync.conf} describes it, checked as a whole and with every
 * default filled in.
 *
 * <p>SCTP is carried even where the caller cannot do it: ask {@link #transportRequested} and refuse
 * rather than ignore.
 *
 * @param source the file as the user named it
 * @param clusterName {@code totem.cluster_name}
 * @param linkMode {@code totem.link_mode}; passive unless told, and always where there is only one
 *     link
 * @param ipVersion which addresses names were resolved to; IPv6 before IPv4 unless told
 * @param token {@code totem.token}; 3 s unless told
 * @param tokenCoefficient added to the token timeout for each node after the second; 650 ms unless
 *     told
 * @param knetMtu MTU of the network interfaces, 1..65535, or 0 (the default) to find it out
 * @param pmtudInterval how often the path MTU is measured; 30 s unless told
 * @param blockUnlistedIps whether packets from addresses of no node are dropped; true unless told
 * @param ipDscp differentiated-services code point of all packets, 0..63; 0 unless told
 * @param flapControl how links are avoided that come and go, or lose much: section {@code knet4j},
 *     which corosync does not know; not at all unless told
 * @param links every link number that some node has an address for
 * @param nodes in order of their ids
 * @param lines where the fields are
 * @param warnings what is doubtful about the file but does not stand in the way, in line order
 */
public record ClusterConfig(
        String source,
        Optional<String> clusterName,
        LinkMode linkMode,
        IpVersion ipVersion,
        Duration token,
        Duration tokenCoefficient,
        int knetMtu,
        Duration pmtudInterval,
        CryptoSettings crypto,
        CompressionSettings compression,
        boolean blockUnlistedIps,
        int ipDscp,
        FlapControl flapControl,
        SortedMap<Integer, LinkSettings> links,
        List<ClusterNode> nodes,
        FieldLines lines,
        List<Problem> warnings) {

    /** Far above any real file, and low enough to survive being pointed at a device or a log. */
    static final int MAX_FILE_BYTES = 1 << 20;

    public ClusterConfig {
        links = Collections.unmodifiableSortedMap(new TreeMap<>(links));
        nodes = List.copyOf(nodes);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file. Host names in it are looked up, which may block.
     *
     * @throws ConfigException with everything that is wrong with the file, or the one reason why it
     *     cannot be read
     */
    public static ClusterConfig load(Path file) throws ConfigException {
        return parse(file.toString(), readText(file));
    }

    /**
     * Reads the text of a file. Host names in it are looked up, which may block.
     *
     * @param source the file's path: for messages, and to find a key file that is given by a
     *     relative path
     * @throws ConfigException with everything that is wrong with the text
     */
    public static ClusterConfig parse(String source, String text) throws ConfigException {
        return parse(source, text, InetAddress::getAllByName);
    }

    static ClusterConfig parse(String source, String text, HostResolver resolver)
            throws ConfigException {
        return ClusterConfigReader.read(CorosyncConfParser.parseAll(source, text), resolver);
    }

    /**
     * The token timeout from which ping timers are derived: each node beyond the second adds the
     * coefficient.
     */
    public Duration effectiveToken() {
        return effectiveToken(token, tokenCoefficient, nodes.size());
    }

    static Duration effectiveToken(Duration token, Duration coefficient, int nodes) {
        return token.plus(coefficient.multipliedBy(Math.max(0, nodes - 2)));
    }

    /** Whether packets are to be encrypted or authenticated. */
    public boolean cryptoRequested() {
        return crypto.requested();
    }

    /** Whether messages are to be compressed. */
    public boolean compressionRequested() {
        return compression.requested();
    }

    /** Whether any link is to run over this transport. */
    public boolean transportRequested(LinkTransport transport) {
        return links.values().stream().anyMatch(link -> link.transport() == transport);
    }

    /**
     * The node of that id.
     *
     * @throws ConfigException when there is none; the message lists the ids there are
     */
    public ClusterNode node(int nodeId) throws ConfigException {
        return nodes.stream()
                .filter(node -> node.id() == nodeId)
                .findFirst()
                .orElseThrow(() -> {
                    String ids =
                            nodes.stream()
                                    .map(node -> Integer.toString(node.id()))
                                    .collect(Collectors.joining(", "));
                    return new ConfigException(
                            new Problem.Line(
                                    source,
                                    0,
                                    "node id "
                                            + nodeId
                                            + " is not in the nodelist; allowed: "
                                            + ids));
                });
    }

    /**
     * The links one node has to set up: to each other node, one for each link number for which both
     * have an address. In order of peer id, then link number.
     *
     * @throws ConfigException when there is no such node; the message lists the ids there are
     */
    public List<LinkPlan> linksOf(int nodeId) throws ConfigException {
        ClusterNode self = node(nodeId);
        var plans = new ArrayList<LinkPlan>();
        for (ClusterNode peer : nodes) {
            if (peer.id() == self.id()) {
                continue;
            }
            for (LinkSettings link : links.values()) {
                InetAddress local = self.addresses().get(link.number());
                InetAddress remote = peer.addresses().get(link.number());
                if (local != null && remote != null) {
                    plans.add(
                            new LinkPlan(
                                    peer,
                                    link,
                                    new InetSocketAddress(local, link.port()),
                                    new InetSocketAddress(remote, link.port()),
                                    linkMode));
                }
            }
        }
        return List.copyOf(plans);
    }

    private static String readText(Path file) throws ConfigException {
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw unreadable(
                        file,
                        "is larger than " + MAX_FILE_BYTES + " bytes, which no configuration is");
            }
            // Malformed bytes become replacement characters: in a comment they harm nobody,
            // elsewhere the checks find them.
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw unreadable(file, "does not exist");
        } catch (IOException e) {
            throw unreadable(file, "cannot be read: " + e.getMessage());
        }
    }

    private static ConfigException unreadable(Path file, String why) {
        return new ConfigException(new Problem.Line(file.toString(), 0, why));
    }
}
