package io.knet4j.cli.config;

import static java.util.stream.Collectors.joining;

import io.knet4j.CompressionMethod;
import io.knet4j.FlapControl;
import io.knet4j.cli.config.ConfTree.Entry;
import io.knet4j.cli.config.ConfTree.Section;
import io.knet4j.cli.config.CryptoSettings.KeySource;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives the keys of a {@code corosync.conf} their meaning, in four steps: the totem section, the
 * nodes, the links, and then the checks across nodes and links. Every step reports into {@link
 * Diagnostics} and goes on, so one run finds everything.
 */
final class ClusterConfigReader {

    private static final int MAX_LINKS = 8;
    private static final int FIRST_PORT = 5405;
    private static final long UNSIGNED_INT = 0xFFFF_FFFFL;
    private static final String MILLISECONDS = "milliseconds";
    private static final Path DEFAULT_KEY_FILE = Path.of("/etc/corosync/authkey");

    /** What bytes become that are no UTF-8. */
    private static final char UNREADABLE = '\ufffd';

    private static final Pattern RING_ADDRESS = Pattern.compile("ring([0-9]+)_addr");

    private static final List<String> COMPRESSION_MODELS =
            Stream.of(CompressionMethod.values()).map(CompressionMethod::methodName).toList();

    private static final List<String> RING_ADDRESSES =
            IntStream.range(0, MAX_LINKS).mapToObj(link -> "ring" + link + "_addr").toList();

    private static final Set<String> KNOWN_SECTIONS =
            Set.of(
                    "totem",
                    "nodelist",
                    "logging",
                    "quorum",
                    "system",
                    "resources",
                    "nozzle",
                    KnetSection.NAME);

    private static final Set<String> OTHER_TOTEM_KEYS =
            Set.of(
                    "cancel_token_hold_on_retransmit",
                    "clear_node_high_bit",
                    "config_version",
                    "consensus",
                    "downcheck",
                    "fail_recv_const",
                    "heartbeat_failures_allowed",
                    "hold",
                    "join",
                    "max_messages",
                    "max_network_delay",
                    "merge",
                    "miss_count_const",
                    "netmtu",
                    "send_join",
                    "seqno_unchanged_const",
                    "token_retransmit",
                    "token_retransmits_before_loss_const",
                    "token_warning",
                    "window_size");

    private static final Set<String> OTHER_INTERFACE_KEYS =
            Set.of("bindnetaddr", "broadcast", "mcastaddr", "ttl");

    private static final Set<String> OTHER_NODE_KEYS = Set.of("quorum_votes");

    private final Diagnostics diagnostics;
    private final Map<Integer, Map<String, Integer>> interfaceLines = new HashMap<>();
    private final ConfTree tree;
    private final HostResolver resolver;

    private ClusterConfigReader(CorosyncConfParser.Outcome parsed, HostResolver resolver) {
        this.diagnostics = new Diagnostics(parsed.tree().source(), parsed.problems());
        this.tree = parsed.tree();
        this.resolver = resolver;
    }

    static ClusterConfig read(CorosyncConfParser.Outcome parsed, HostResolver resolver)
            throws ConfigException {
        var reader = new ClusterConfigReader(parsed, resolver);
        if (!parsed.nestingSound()) {
            reader.diagnostics.throwErrors();
        }
        return reader.read();
    }

    private ClusterConfig read() throws ConfigException {
        List<Section> totemSections = topLevel("totem");
        List<Section> nodeLists = topLevel("nodelist");
        diagnoseTopLevel();
        if (totemSections.isEmpty() || nodeLists.isEmpty()) {
            diagnostics.throwErrors();
        }
        warnUnknownSections(totemSections, Set.of("interface"));
        warnUnknownSections(nodeLists, Set.of("node"));
        new Fields(diagnostics, nodeLists).warnUnknown(Set.of());

        var totem = new Fields(diagnostics, totemSections);
        totem.requiredNumber("version", 2, 2);
        totem.choice("transport", List.of("knet"), "knet");
        Optional<String> clusterName = totem.text("cluster_name", "a name");
        LinkMode mode = linkMode(totem);
        IpVersion ipVersion = ipVersion(totem);
        Duration token = milliseconds(totem, "token", 30).orElse(Duration.ofSeconds(3));
        var coefficient =
                Duration.ofMillis(
                        totem.number("token_coefficient", 0, UNSIGNED_INT, MILLISECONDS, 650));
        int mtu = (int) totem.number("knet_mtu", 0, 65535, "bytes", 0);
        long pmtudSeconds =
                totem.numberUnlessDefault("knet_pmtud_interval", 1, 86400, "seconds").orElse(30L);
        boolean blockUnlisted =
                totem.choice("block_unlisted_ips", List.of("yes", "no"), "yes").equals("yes");
        int dscp = (int) totem.number("ip_dscp", 0, 63, "", 0);
        CryptoSettings crypto = crypto(totem);
        CompressionSettings compression = compression(totem);
        totem.warnUnknown(OTHER_TOTEM_KEYS);
        FlapControl flapControl = flapControl();

        List<NodeDraft> nodes = nodes(nodeLists, ipVersion);
        Duration effectiveToken = ClusterConfig.effectiveToken(token, coefficient, nodes.size());
        SortedMap<Integer, LinkSettings> links = links(totemSections, nodes, effectiveToken);
        checkUnique(nodes);
        checkFamilies(nodes);
        checkSockets(nodes, links);
        warnUnevenLinks(nodes, links);

        diagnostics.throwErrors();
        return new ClusterConfig(
                tree.source(),
                clusterName,
                links.size() == 1 ? LinkMode.PASSIVE : mode,
                ipVersion,
                token,
                coefficient,
                mtu,
                Duration.ofSeconds(pmtudSeconds),
                crypto,
                compression,
                blockUnlisted,
                dscp,
                flapControl,
                links,
                nodes.stream()
                        .map(NodeDraft::toNode)
                        .sorted(Comparator.comparingInt(ClusterNode::id))
                        .toList(),
                new FieldLines(totem.lines(), interfaceLines),
                diagnostics.warnings());
    }

    // ---- totem

    private static LinkMode linkMode(Fields totem) {
        return switch (totem.choice("link_mode", List.of("passive", "active", "rr"), "passive")) {
            case "active" -> LinkMode.ACTIVE;
            case "rr" -> LinkMode.RR;
            default -> LinkMode.PASSIVE;
        };
    }

    private static IpVersion ipVersion(Fields totem) {
        List<String> words = Stream.of(IpVersion.values()).map(IpVersion::key).toList();
        String word = totem.choice("ip_version", words, IpVersion.IPV6_4.key());
        return Stream.of(IpVersion.values())
                .filter(v -> v.key().equals(word))
                .findFirst()
                .orElseThrow();
    }

    private CryptoSettings crypto(Fields totem) {
        boolean secauth = totem.choice("secauth", List.of("on", "off"), "off").equals("on");
        String model = totem.choice("crypto_model", List.of("nss", "openssl", "gcrypt"), "nss");
        // A wrong word falls back to what passes the cross check below, so that it is reported
        // once.
        String cipher =
                totem.choice(
                        "crypto_cipher",
                        List.of(CryptoSettings.NONE, "aes128", "aes192", "aes256"),
                        secauth ? "aes256" : CryptoSettings.NONE,
                        CryptoSettings.NONE);
        String hash =
                totem.choice(
                        "crypto_hash",
                        List.of(CryptoSettings.NONE, "md5", "sha1", "sha256", "sha384", "sha512"),
                        secauth ? "sha256" : CryptoSettings.NONE,
                        "sha256");
        if (!cipher.equals(CryptoSettings.NONE) && hash.equals(CryptoSettings.NONE)) {
            boolean written = totem.entry("crypto_hash") != null;
            diagnostics.error(
                    Math.max(totem.lineOr("crypto_cipher", 0), totem.lineOr("crypto_hash", 0)),
                    "crypto_hash",
                    written ? CryptoSettings.NONE : null,
                    written
                            ? "cannot go with cipher " + cipher
                            : "is missing, but the cipher is " + cipher,
                    "md5, sha1, sha256, sha384, sha512");
        }
        var settings = new CryptoSettings(model, cipher, hash, keySource(totem));
        if (settings.requested() && settings.key() instanceof KeySource.InlineKey inline) {
            checkInlineKey(inline, totem.lineOr("key", 0));
        }
        return settings;
    }

    private void checkInlineKey(KeySource.InlineKey key, int line) {
        int length = key.secret().getBytes(StandardCharsets.UTF_8).length;
        String allowed = ClusterKey.MIN_INLINE + ".." + ClusterKey.MAX_INLINE + " bytes of UTF-8";
        if (key.secret().indexOf(UNREADABLE) >= 0) {
            diagnostics.error(line, "key", null, "has bytes that are no UTF-8", allowed);
        } else if (length < ClusterKey.MIN_INLINE || length > ClusterKey.MAX_INLINE) {
            diagnostics.error(line, "key", null, "has a length of " + length, allowed);
        }
    }

    private KeySource keySource(Fields totem) {
        Optional<String> file = totem.text("keyfile", "the path of a file");
        Optional<String> inline = totem.text("key", "the shared key");
        if (file.isPresent() && inline.isPresent()) {
            diagnostics.warn(
                    totem.lineOr("key", 0),
                    "field 'key' has no effect: the one in 'keyfile' counts");
        }
        if (file.isPresent()) {
            try {
                return new KeySource.KeyFile(Path.of(tree.source()).resolveSibling(file.get()));
            } catch (InvalidPathException e) {
                diagnostics.error(
                        totem.lineOr("keyfile", 0),
                        "keyfile",
                        file.get(),
                        "is not a path",
                        "the path of a file");
            }
        }
        return inline.<KeySource>map(KeySource.InlineKey::new)
                .orElseGet(() -> new KeySource.KeyFile(DEFAULT_KEY_FILE));
    }

    private CompressionSettings compression(Fields totem) {
        String model =
                totem.choice(
                        "knet_compression_model", COMPRESSION_MODELS, CompressionSettings.NONE);
        int threshold =
                totem.numberUnlessDefault("knet_compression_threshold", 1, 65536, "bytes")
                        .orElse(100L)
                        .intValue();
        int level =
                (int)
                        totem.number(
                                "knet_compression_level",
                                Integer.MIN_VALUE,
                                Integer.MAX_VALUE,
                                "",
                                0);
        Entry entry = totem.entry("knet_compression_level");
        CompressionMethod method = CompressionMethod.named(model);
        if (method == CompressionMethod.NONE) {
            warnOfNoEffect(totem, "knet_compression_level");
            warnOfNoEffect(totem, "knet_compression_threshold");
        }
        if (entry == null || method == CompressionMethod.NONE) {
            return new CompressionSettings(model, threshold, OptionalInt.empty());
        }
        if (!method.acceptsLevel(level)) {
            diagnostics.error(
                    entry.line(),
                    entry.key(),
                    entry.value(),
                    "is no level of " + model,
                    method.minLevel() + ".." + method.maxLevel());
        }
        return new CompressionSettings(model, threshold, OptionalInt.of(level));
    }

    private void warnOfNoEffect(Fields totem, String field) {
        Entry entry = totem.entry(field);
        if (entry != null) {
            diagnostics.warn(
                    entry.line(),
                    "field '" + field + "' has no effect: there is no knet_compression_model");
        }
    }

    // ---- knet4j

    private FlapControl flapControl() {
        List<Section> sections = tree.root().sections(KnetSection.NAME).toList();
        warnUnknownSections(sections, Set.of());
        return sections.isEmpty()
                ? FlapControl.OFF
                : new KnetSection(diagnostics, sections).flapControl();
    }

    // ---- nodelist

    /** A node as far as it could be read; complete once there are no errors. */
    private record NodeDraft(
            Section section,
            Fields fields,
            Optional<Integer> id,
            Optional<String> name,
            List<Ring> rings) {

        ClusterNode toNode() {
            var addresses = new TreeMap<Integer, InetAddress>();
            rings.forEach(ring -> addresses.put(ring.link(), ring.address().orElseThrow()));
            return new ClusterNode(id.orElseThrow(), name, addresses);
        }
    }

    /** A ringX_addr line; without an address when it could not be resolved. */
    private record Ring(int link, Entry entry, Optional<InetAddress> address) {}

    private List<NodeDraft> nodes(List<Section> nodeLists, IpVersion ipVersion) {
        List<Section> sections = nodeLists.stream().flatMap(list -> list.sections("node")).toList();
        if (sections.isEmpty()) {
            diagnostics.error(nodeLists.getFirst().line(), "section 'nodelist' has no 'node'");
        }
        warnUnknownSections(sections, Set.of());
        return sections.stream().map(section -> node(section, ipVersion)).toList();
    }

    private NodeDraft node(Section section, IpVersion ipVersion) {
        var fields = new Fields(diagnostics, List.of(section));
        Optional<Integer> id = fields.requiredNumber("nodeid", 1, 65535).map(Long::intValue);
        Optional<String> name = fields.text("name", "a name");
        var rings = new ArrayList<Ring>();
        for (Entry entry : fields.withKeysLike(RING_ADDRESS)) {
            Matcher ring = RING_ADDRESS.matcher(entry.key());
            if (ring.matches()
                    && ring.group(1).length() == 1
                    && ring.group(1).charAt(0) < '0' + MAX_LINKS) {
                rings.add(
                        new Ring(
                                Integer.parseInt(ring.group(1)), entry, address(entry, ipVersion)));
            } else {
                diagnostics.error(
                        entry.line(),
                        entry.key(),
                        null,
                        "a node has at most " + MAX_LINKS + " links",
                        "ring0_addr to ring7_addr");
            }
        }
        if (!refuseMisspelledAddresses(fields) && fields.entry("ring0_addr") == null) {
            diagnostics.error(
                    section.line(), "ring0_addr", null, "is missing", "an IP address or host name");
        }
        fields.warnUnknown(OTHER_NODE_KEYS);
        return new NodeDraft(section, fields, id, name, List.copyOf(rings));
    }

    /**
     * A node would silently have a link less, or none. Returns whether there was such an address.
     */
    private boolean refuseMisspelledAddresses(Fields fields) {
        boolean found = false;
        for (Entry entry : fields.unasked()) {
            Optional<String> meant = Spelling.closest(entry.key(), RING_ADDRESSES);
            if (meant.isPresent()) {
                fields.entry(entry.key());
                diagnostics.error(
                        entry.line(),
                        entry.key(),
                        null,
                        "is not known; did you mean " + meant.get() + "?",
                        "ring0_addr to ring7_addr");
                found = true;
            }
        }
        return found;
    }

    private Optional<InetAddress> address(Entry entry, IpVersion ipVersion) {
        String allowed = "an " + ipVersion.families() + " address, or a host name that has one";
        String reason;
        // The Java resolver takes an empty name for the loopback address.
        if (entry.value().isEmpty()) {
            diagnostics.error(entry.line(), entry.key(), null, "has no value", allowed);
            return Optional.empty();
        }
        try {
            Optional<InetAddress> chosen =
                    ipVersion.choose(List.of(resolver.resolve(entry.value())));
            if (chosen.isPresent()
                    && !chosen.get().isAnyLocalAddress()
                    && !chosen.get().isMulticastAddress()) {
                return chosen;
            }
            reason =
                    chosen.isPresent()
                            ? "is "
                                    + chosen.get().getHostAddress()
                                    + ", which is no address of a node"
                            : "has no address of the family that ip_version asks for";
        } catch (UnknownHostException e) {
            reason = "cannot be resolved";
        }
        diagnostics.error(entry.line(), entry.key(), entry.value(), reason, allowed);
        return Optional.empty();
    }

    // ---- links

    private SortedMap<Integer, LinkSettings> links(
            List<Section> totemSections, List<NodeDraft> nodes, Duration effectiveToken) {
        var used = new TreeSet<Integer>();
        nodes.forEach(node -> node.rings().forEach(ring -> used.add(ring.link())));

        var links = new TreeMap<Integer, LinkSettings>();
        var lines = new HashMap<Integer, Integer>();
        List<Section> interfaces =
                totemSections.stream().flatMap(totem -> totem.sections("interface")).toList();
        warnUnknownSections(interfaces, Set.of());
        for (Section section : interfaces) {
            var fields = new Fields(diagnostics, List.of(section));
            Optional<Integer> number = linkNumber(fields);
            LinkSettings settings = link(number.orElse(0), fields, effectiveToken);
            fields.warnUnknown(OTHER_INTERFACE_KEYS);
            if (number.isEmpty()) {
                continue;
            }
            interfaceLines.put(number.get(), fields.lines());
            int line = fields.lineOr("linknumber", section.line());
            Integer earlier = lines.putIfAbsent(number.get(), line);
            if (earlier != null) {
                String value = Integer.toString(number.get());
                diagnostics.error(
                        line,
                        "linknumber",
                        value,
                        "is already used in line " + earlier,
                        "a number no other interface has");
            } else if (used.contains(number.get())) {
                links.put(number.get(), settings);
            } else {
                diagnostics.warn(line, "no node has an address for link " + number.get());
            }
        }
        for (int number : used) {
            var nothingSaid =
                    new Fields(
                            diagnostics,
                            List.of(new Section("interface", 0, List.of(), List.of())));
            links.computeIfAbsent(number, n -> link(n, nothingSaid, effectiveToken));
        }
        return links;
    }

    /** An interface without a number is link 0, as with corosync. */
    private static Optional<Integer> linkNumber(Fields fields) {
        return fields.entry("linknumber") == null
                ? Optional.of(0)
                : fields.requiredNumber("linknumber", 0, MAX_LINKS - 1).map(Long::intValue);
    }

    private LinkSettings link(int number, Fields fields, Duration effectiveToken) {
        String transport = fields.choice("knet_transport", List.of("udp", "sctp"), "udp");
        int port = (int) fields.number("mcastport", 1, 65535, "", FIRST_PORT + number);
        int priority = (int) fields.number("knet_link_priority", 0, 255, "", 1);
        int precision =
                fields.numberUnlessDefault("knet_ping_precision", 1, Integer.MAX_VALUE, "samples")
                        .orElse(2048L)
                        .intValue();
        int pongCount =
                fields.numberUnlessDefault("knet_pong_count", 1, 255, "").orElse(2L).intValue();
        Optional<Duration> timeoutGiven = milliseconds(fields, "knet_ping_timeout", 1);
        Optional<Duration> intervalGiven = milliseconds(fields, "knet_ping_interval", 1);

        Duration timeout = timeoutGiven.orElseGet(() -> millisecondsOf(effectiveToken, pongCount));
        Duration interval =
                intervalGiven.orElseGet(() -> millisecondsOf(effectiveToken, 2L * pongCount));
        if (interval.isZero() || timeout.isZero()) {
            diagnostics.error(
                    fields.lineOr("knet_pong_count", 0),
                    "knet_pong_count",
                    Integer.toString(pongCount),
                    "leaves no ping interval of a token timeout of "
                            + effectiveToken.toMillis()
                            + " milliseconds",
                    "1.."
                            + effectiveToken.toMillis() / 2
                            + ", or a knet_ping_interval and knet_ping_timeout");
        } else if (timeoutGiven.isPresent() != intervalGiven.isPresent()) {
            diagnostics.warn(
                    fields.lineOr(
                            timeoutGiven.isPresent() ? "knet_ping_timeout" : "knet_ping_interval",
                            0),
                    "only one of knet_ping_interval and knet_ping_timeout is set;"
                            + " the other is derived from the token timeout: interval "
                            + interval.toMillis()
                            + " ms, timeout "
                            + timeout.toMillis()
                            + " ms");
        }
        return new LinkSettings(
                number,
                transport.equals("sctp") ? LinkTransport.SCTP : LinkTransport.UDP,
                port,
                priority,
                interval,
                timeout,
                precision,
                pongCount);
    }

    // ---- across nodes and links

    private void checkUnique(List<NodeDraft> nodes) {
        var ids = new HashMap<Integer, Integer>();
        var names = new HashMap<String, Integer>();
        for (NodeDraft node : nodes) {
            node.id()
                    .ifPresent(id ->
                            unique(
                                    ids,
                                    id,
                                    node.fields().entry("nodeid"),
                                    "a number no other node has"));
            node.name()
                    .ifPresent(name ->
                            unique(
                                    names,
                                    name,
                                    node.fields().entry("name"),
                                    "a name no other node has"));
        }
    }

    private <T> void unique(
            Map<T, Integer> linesByValue, T value, @Nullable Entry entry, String allowed) {
        if (entry == null) {
            return;
        }
        Integer earlier = linesByValue.putIfAbsent(value, entry.line());
        if (earlier != null) {
            diagnostics.error(
                    entry.line(),
                    entry.key(),
                    entry.value(),
                    "is already used in line " + earlier,
                    allowed);
        }
    }

    /**
     * All nodes of one link must speak the same version of IP, or some pairs of them could not
     * talk.
     */
    private void checkFamilies(List<NodeDraft> nodes) {
        var firstOfLink = new HashMap<Integer, Ring>();
        resolvedRings(nodes)
                .forEach(ring -> {
                    Ring first = firstOfLink.putIfAbsent(ring.link(), ring);
                    if (first != null && !family(first).equals(family(ring))) {
                        diagnostics.error(
                                ring.entry().line(),
                                ring.entry().key(),
                                ring.entry().value(),
                                "is "
                                        + family(ring)
                                        + ", but link "
                                        + ring.link()
                                        + " is "
                                        + family(first)
                                        + " in line "
                                        + first.entry().line(),
                                "one family for all nodes of a link");
                    }
                });
    }

    /** Two links that are to be bound to one address and port would steal each other's packets. */
    private void checkSockets(List<NodeDraft> nodes, SortedMap<Integer, LinkSettings> links) {
        var owners = new HashMap<InetSocketAddress, Integer>();
        resolvedRings(nodes)
                .forEach(ring -> {
                    LinkSettings link = links.get(ring.link());
                    if (link == null) {
                        return;
                    }
                    var socket = new InetSocketAddress(ring.address().orElseThrow(), link.port());
                    Integer earlier = owners.putIfAbsent(socket, ring.entry().line());
                    if (earlier != null) {
                        diagnostics.error(
                                ring.entry().line(),
                                ring.entry().key(),
                                ring.entry().value(),
                                "is already used with port " + link.port() + " in line " + earlier,
                                "an address of its own for each node and port");
                    }
                });
    }

    private void warnUnevenLinks(List<NodeDraft> nodes, SortedMap<Integer, LinkSettings> links) {
        for (NodeDraft node : nodes) {
            var missing = new TreeSet<>(links.keySet());
            node.rings().forEach(ring -> missing.remove(ring.link()));
            missing.remove(0);
            if (!missing.isEmpty()) {
                diagnostics.warn(
                        node.section().line(),
                        "this node has no "
                                + missing.stream()
                                        .map(link -> "ring" + link + "_addr")
                                        .collect(joining(", "))
                                + " but others have; corosync itself refuses that");
            }
        }
    }

    private static Stream<Ring> resolvedRings(List<NodeDraft> nodes) {
        return nodes.stream()
                .flatMap(node -> node.rings().stream())
                .filter(ring -> ring.address().isPresent());
    }

    private static String family(Ring ring) {
        return ring.address().orElseThrow() instanceof Inet4Address ? "IPv4" : "IPv6";
    }

    // ---- odds and ends

    private List<Section> topLevel(String name) {
        List<Section> sections = tree.root().sections(name).toList();
        if (sections.isEmpty()) {
            diagnostics.error(0, "section '" + name + "' is missing");
        }
        return sections;
    }

    private void diagnoseTopLevel() {
        warnUnknownSections(List.of(tree.root()), KNOWN_SECTIONS);
        new Fields(diagnostics, List.of(tree.root())).warnUnknown(Set.of());
    }

    private void warnUnknownSections(List<Section> parents, Set<String> known) {
        parents.stream()
                .flatMap(parent -> parent.sections().stream())
                .filter(section -> !known.contains(section.name()))
                .forEach(section ->
                        diagnostics.warn(
                                section.line(),
                                "section '"
                                        + Quote.of(section.name())
                                        + "' is not known here and has no effect"));
    }

    private static Optional<Duration> milliseconds(Fields fields, String key, long min) {
        return fields.numberUnlessDefault(key, min, UNSIGNED_INT, MILLISECONDS)
                .map(Duration::ofMillis);
    }

    /** In whole milliseconds, as corosync reckons. */
    private static Duration millisecondsOf(Duration whole, long parts) {
        return Duration.ofMillis(whole.toMillis() / parts);
    }
}
