package io.knet4j.cli.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.knet4j.FlapControl;
import io.knet4j.SharedKey;
import io.knet4j.cli.config.CryptoSettings.KeySource.InlineKey;
import io.knet4j.cli.config.CryptoSettings.KeySource.KeyFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterConfigTest {

    private static final Map<String, List<String>> HOSTS =
            Map.of(
                    "dual-a", List.of("192.0.2.1", "2001:db8::1"),
                    "dual-b", List.of("2001:db8::2", "2001:db8::22", "192.0.2.2"),
                    "v4-a", List.of("192.0.2.1"),
                    "v4-b", List.of("192.0.2.2"));

    /** Knows literals and a few names, so that no test depends on a name server. */
    static InetAddress[] resolve(String host) throws UnknownHostException {
        try {
            return HOSTS.getOrDefault(host, List.of(host)).stream()
                    .map(InetAddress::ofLiteral)
                    .toArray(InetAddress[]::new);
        } catch (IllegalArgumentException e) {
            throw new UnknownHostException(host);
        }
    }

    private static ClusterConfig parse(String text) throws ConfigException {
        return ClusterConfig.parse("c", text, ClusterConfigTest::resolve);
    }

    /** Two nodes with one link; {@code totem} goes into line 3 and on, nodes start after it. */
    private static String twoNodes(String totem) {
        return "totem {\nversion: 2\n"
                + totem
                + "\n}\nnodelist {\n"
                + node(1, "10.0.0.1")
                + node(2, "10.0.0.2")
                + "}\n";
    }

    private static String nodes(String... nodes) {
        return "totem {\nversion: 2\n}\nnodelist {\n" + String.join("", nodes) + "}\n";
    }

    private static String node(int id, String... addresses) {
        var out = new StringBuilder("node {\nnodeid: " + id + "\n");
        for (int i = 0; i < addresses.length; i++) {
            out.append("ring").append(i).append("_addr: ").append(addresses[i]).append('\n');
        }
        return out.append("}\n").toString();
    }

    private static String errors(String text) {
        return assertThrows(ConfigException.class, () -> parse(text)).getMessage();
    }

    private static List<String> warnings(String text) throws ConfigException {
        return parse(text).warnings().stream().map(Problem::toString).toList();
    }

    private static Duration ms(long ms) {
        return Duration.ofMillis(ms);
    }

    // ---- what is read

    @Test
    void aBareFileGetsTheDefaults() throws ConfigException {
        ClusterConfig config = parse(twoNodes(""));

        assertEquals(Optional.empty(), config.clusterName());
        assertEquals(LinkMode.PASSIVE, config.linkMode());
        assertEquals(IpVersion.IPV6_4, config.ipVersion());
        assertEquals(ms(3000), config.token());
        assertEquals(ms(650), config.tokenCoefficient());
        assertEquals(0, config.knetMtu());
        assertEquals(Duration.ofSeconds(30), config.pmtudInterval());
        assertEquals(
                new CryptoSettings(
                        "nss", "none", "none", new KeyFile(Path.of("/etc/corosync/authkey"))),
                config.crypto());
        assertEquals(
                new CompressionSettings("none", 100, OptionalInt.empty()), config.compression());
        assertTrue(config.blockUnlistedIps());
        assertEquals(0, config.ipDscp());
        assertFalse(config.cryptoRequested());
        assertFalse(config.compressionRequested());
        assertFalse(config.transportRequested(LinkTransport.SCTP));
        assertEquals(
                Map.of(
                        0,
                        new LinkSettings(
                                0, LinkTransport.UDP, 5405, 1, ms(750), ms(1500), 2048, 2)),
                config.links());
        assertEquals(List.of(), config.warnings());
    }

    @Test
    void itsOwnSectionIsRead() throws ConfigException {
        assertEquals(FlapControl.OFF, parse(twoNodes("")).flapControl());
        assertEquals(FlapControl.OFF, parse(twoNodes("") + "knet4j {\n}\n").flapControl());
        ClusterConfig config =
                parse(
                        twoNodes("")
                                + """
                                knet4j {
                                    hold_down: 30000
                                    flap_damping: yes
                                    flap_penalty: 500
                                    flap_half_life: 20000
                                    flap_suppress: 3000
                                    flap_reuse: 900
                                    flap_max_suppress: 120000
                                    loss_avoid: 20
                                    loss_return: 5
                                    loss_pings: 40
                                }
                                """);
        assertEquals(
                new FlapControl(
                        Duration.ofSeconds(30),
                        Optional.of(
                                new FlapControl.Damping(
                                        500,
                                        Duration.ofSeconds(20),
                                        3000,
                                        900,
                                        Duration.ofMinutes(2))),
                        Optional.of(new FlapControl.LossLimit(20, 5, 40))),
                config.flapControl());
        assertEquals(List.of(), config.warnings());
        assertEquals(
                FlapControl.OFF
                        .withDamping(FlapControl.Damping.DEFAULT)
                        .withLossLimit(FlapControl.LossLimit.DEFAULT),
                parse(twoNodes("") + "knet4j {\nflap_damping: yes\nloss_avoid: 10\n}\n")
                        .flapControl());
    }

    /** Which has all options, with their defaults where they have any that matters. */
    @Test
    void theSectionInTheDocumentationIsAsThereSaid() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "operations.md"));
        int start = page.indexOf("knet4j {");
        String section = page.substring(start, page.indexOf("```", start));
        ClusterConfig config = parse(twoNodes("") + section);
        assertEquals(
                FlapControl.OFF
                        .withHoldDown(Duration.ofSeconds(30))
                        .withDamping(FlapControl.Damping.DEFAULT)
                        .withLossLimit(FlapControl.LossLimit.DEFAULT),
                config.flapControl());
        assertEquals(List.of(), config.warnings());
    }

    @Test
    void itsOwnSectionIsChecked() throws ConfigException {
        String start = twoNodes("");
        int line = (int) start.lines().count() + 1;
        String errors =
                errors(
                        start
                                + "knet4j {\nhold_down: -1\nflap_reuse: 2000\nflap_damping: on\n"
                                + "flap_max_suppress: 84000\nloss_avoid: 100\n}\n");
        assertTrue(errors.contains("c:" + (line + 1) + ": "), errors);
        for (String words :
                List.of(
                        "hold_down",
                        "0..86400000 milliseconds",
                        "1..1999 (flap_suppress is 2000)",
                        "yes, no",
                        "84903..86400000 milliseconds (penalties take 84903 to fall from"
                                + " flap_suppress, 2000, to flap_reuse, 750, with a flap_half_life"
                                + " of 60000)",
                        "0..99 percent")) {
            assertTrue(errors.contains(words), words + " in " + errors);
        }
        assertEquals(
                "c:"
                        + (line + 1)
                        + ": field 'flap_suppress': value '500' is not above flap_reuse, which is"
                        + " 750 by default; allowed: 751..1000000, or less beside a flap_reuse",
                errors(start + "knet4j {\nflap_suppress: 500\nflap_damping: yes\n}\n").strip());
        assertEquals(
                FlapControl.OFF.withDamping(FlapControl.Damping.DEFAULT.withLimits(500, 200)),
                parse(
                                start
                                        + "knet4j {\nflap_suppress: 500\nflap_reuse: 200\n"
                                        + "flap_damping: yes\n}\n")
                        .flapControl());
        String tooLong =
                errors(
                        start
                                + "knet4j {\nflap_damping: yes\nflap_half_life: 86400000\n"
                                + "flap_reuse: 1\n}\n");
        assertTrue(tooLong.contains("for more than a day"), tooLong);
        assertEquals(
                List.of(
                        "c:" + (line + 1) + ": field 'mood' is not known and has no effect",
                        "c:"
                                + (line + 2)
                                + ": field 'flap_penalty' has no effect: flap_damping is not yes",
                        "c:"
                                + (line + 3)
                                + ": field 'loss_pings' has no effect: there is no loss_avoid",
                        "c:"
                                + (line + 4)
                                + ": section 'inner' is not known here and has no effect"),
                warnings(
                        start
                                + "knet4j {\nmood: sunny\nflap_penalty: 500\nloss_pings: 20\n"
                                + "inner {\n}\n}\n"));
    }

    @Test
    void everyKeyIsRead() throws ConfigException {
        ClusterConfig config =
                parse(
                        """
                        totem {
                          version: 2
                          transport: knet
                          cluster_name: prod: west
                          link_mode: rr
                          ip_version: ipv4-6
                          token: 5000
                          token_coefficient: 0
                          knet_mtu: 9000
                          knet_pmtud_interval: 60
                          knet_compression_model: zstd
                          knet_compression_threshold: 1
                          knet_compression_level: -3
                          crypto_model: openssl
                          crypto_cipher: aes128
                          crypto_hash: sha512
                          keyfile: /etc/key
                          block_unlisted_ips: no
                          ip_dscp: 46
                          interface {
                            linknumber: 1
                            knet_transport: sctp
                            mcastport: 6000
                            knet_link_priority: 255
                            knet_ping_interval: 100
                            knet_ping_timeout: 400
                            knet_ping_precision: 10
                            knet_pong_count: 5
                          }
                        }
                        nodelist {
                          node {
                            nodeid: 7
                            name: seven
                            ring0_addr: 10.0.0.7
                            ring1_addr: 10.1.0.7
                          }
                          node {
                            nodeid: 3
                            name: three
                            ring0_addr: 10.0.0.3
                            ring1_addr: 10.1.0.3
                          }
                        }
                        """);

        assertEquals(Optional.of("prod: west"), config.clusterName());
        assertEquals(LinkMode.RR, config.linkMode());
        assertEquals(IpVersion.IPV4_6, config.ipVersion());
        assertEquals(ms(5000), config.token());
        assertEquals(ms(0), config.tokenCoefficient());
        assertEquals(9000, config.knetMtu());
        assertEquals(Duration.ofSeconds(60), config.pmtudInterval());
        assertEquals(new CompressionSettings("zstd", 1, OptionalInt.of(-3)), config.compression());
        assertEquals(
                new CryptoSettings("openssl", "aes128", "sha512", new KeyFile(Path.of("/etc/key"))),
                config.crypto());
        assertFalse(config.blockUnlistedIps());
        assertEquals(46, config.ipDscp());
        assertTrue(config.cryptoRequested());
        assertTrue(config.compressionRequested());
        assertTrue(config.transportRequested(LinkTransport.SCTP));
        assertEquals(
                new LinkSettings(0, LinkTransport.UDP, 5405, 1, ms(1250), ms(2500), 2048, 2),
                config.links().get(0));
        assertEquals(
                new LinkSettings(1, LinkTransport.SCTP, 6000, 255, ms(100), ms(400), 10, 5),
                config.links().get(1));
        assertEquals(List.of(3, 7), config.nodes().stream().map(ClusterNode::id).toList());
        assertEquals("seven", config.node(7).displayName());
        assertEquals(List.of(), config.warnings());
    }

    @Test
    void aNodeWithoutANameIsCalledByItsId() throws ConfigException {
        assertEquals("2", parse(twoNodes("")).node(2).displayName());
    }

    @ParameterizedTest
    @CsvSource({"1, 1500, 750", "2, 1500, 750", "3, 1825, 912", "5, 2475, 1237", "8, 3450, 1725"})
    void defaultPingTimersFollowTheTokenAndTheNumberOfNodes(int nodes, long timeout, long interval)
            throws ConfigException {
        String[] all = new String[nodes];
        for (int i = 0; i < nodes; i++) {
            all[i] = node(i + 1, "10.0.0." + (i + 1));
        }
        ClusterConfig config = parse(nodes(all));

        assertEquals(ms(timeout), config.links().get(0).pingTimeout());
        assertEquals(ms(interval), config.links().get(0).pingInterval());
        assertEquals(timeout, config.effectiveToken().toMillis() / 2);
    }

    @Test
    void defaultPingTimersFollowThePongCount() throws ConfigException {
        LinkSettings link = parse(twoNodes("interface {\nknet_pong_count: 3\n}")).links().get(0);

        assertEquals(ms(1000), link.pingTimeout());
        assertEquals(ms(500), link.pingInterval());
    }

    @Test
    void anInterfaceWithoutANumberIsLinkZero() throws ConfigException {
        assertEquals(
                7000, parse(twoNodes("interface {\nmcastport: 7000\n}")).links().get(0).port());
    }

    @Test
    void aSingleLinkIsAlwaysPassive() throws ConfigException {
        assertEquals(LinkMode.PASSIVE, parse(twoNodes("link_mode: active")).linkMode());
    }

    @Test
    void repeatedSectionsAddUpAndTheLastOfAKeyCounts() throws ConfigException {
        String text = twoNodes("token: 1000") + "totem {\ntoken: 2000\ncluster_name: x\n}\n";

        assertEquals(ms(2000), parse(text).token());
        assertEquals(Optional.of("x"), parse(text).clusterName());
        assertEquals(
                List.of("c:3: field 'token' is given again in line 16, and that one counts"),
                warnings(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"02", "+2"})
    void numbersMayCarryASignAndLeadingZeros(String two) throws ConfigException {
        assertEquals(2, parse(twoNodes("knet_mtu: " + two)).knetMtu());
    }

    @Test
    void zeroStandsForTheDefaultWhereCorosyncHasItSo() throws ConfigException {
        String text =
                twoNodes(
                        """
                        token: 0
                        knet_pmtud_interval: 0
                        knet_compression_model: zlib
                        knet_compression_threshold: 0
                        interface {
                        knet_ping_interval: 0
                        knet_ping_timeout: 0
                        knet_ping_precision: 0
                        knet_pong_count: 0
                        }\
                        """);

        assertEquals(parse(twoNodes("")).links(), parse(text).links());
        assertEquals(ms(3000), parse(text).token());
        assertEquals(Duration.ofSeconds(30), parse(text).pmtudInterval());
        assertEquals(100, parse(text).compression().threshold());
        assertEquals(7, warnings(text).size());
        assertTrue(warnings(text).contains("c:3: field 'token': 0 stands for the default"));
    }

    // ---- crypto

    @Test
    void secauthMeansAes256AndSha256() throws ConfigException {
        CryptoSettings crypto = parse(twoNodes("secauth: on")).crypto();

        assertEquals("aes256", crypto.cipher());
        assertEquals("sha256", crypto.hash());
        assertTrue(crypto.requested());
    }

    @Test
    void whatIsSetExplicitlyWinsOverSecauth() throws ConfigException {
        CryptoSettings crypto =
                parse(twoNodes("secauth: on\ncrypto_cipher: none\ncrypto_hash: sha1")).crypto();

        assertEquals("none", crypto.cipher());
        assertEquals("sha1", crypto.hash());
        assertTrue(crypto.requested());
    }

    @Test
    void aCipherNeedsAHash() {
        assertTrue(
                errors(twoNodes("secauth: on\ncrypto_hash: none"))
                        .endsWith(
                                "field 'crypto_hash': value 'none' cannot go with cipher aes256; allowed: md5, sha1, sha256, sha384, sha512"));
        assertTrue(
                errors(twoNodes("crypto_cipher: aes256"))
                        .endsWith(
                                "field 'crypto_hash': is missing, but the cipher is aes256; allowed: md5, sha1, sha256, sha384, sha512"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keyfile: /k\nkey: s3cret",
                "knet_compression_level: 9",
                "knet_compression_threshold: 500"
            })
    void whatHasNoEffectIsTold(String totem) throws ConfigException {
        String warnings = parse(twoNodes(totem)).warnings().toString();
        assertTrue(warnings.contains("has no effect"), warnings);
        assertFalse(warnings.contains("s3cret"), warnings);
    }

    @Test
    void theKeyFileWinsOverTheInlineKey() throws ConfigException {
        assertEquals(new InlineKey("s3cret"), parse(twoNodes("key: s3cret")).crypto().key());
        assertInstanceOf(KeyFile.class, parse(twoNodes("key: s3cret\nkeyfile: /k")).crypto().key());
    }

    @Test
    void aRelativeKeyFileIsBesideTheConfiguration() throws ConfigException {
        var config =
                ClusterConfig.parse(
                        "conf/corosync.conf",
                        twoNodes("keyfile: authkey"),
                        ClusterConfigTest::resolve);

        assertEquals(new KeyFile(Path.of("conf/authkey")), config.crypto().key());
    }

    @Test
    void theSecretShowsUpNowhere() throws ConfigException {
        assertFalse(parse(twoNodes("key: s3cret")).toString().contains("s3cret"));
        assertFalse(
                parse(twoNodes("key: s3cret\nkey: s3cret2\nKey: s3cret"))
                        .warnings()
                        .toString()
                        .contains("s3cret"));
        assertFalse(errors(twoNodes("key: s3cret\ntoken: x")).contains("s3cret"));
        for (String line :
                List.of(
                        "key s3cret",
                        "key = s3cret",
                        "key=s3cret: x",
                        "Key s3cret: x",
                        "key: s3cret {",
                        "key: s3cret{ x",
                        "KEY = s3cret {",
                        "key: x\ns3cret}",
                        "secauth: on\nkey: s3cret",
                        "crypto_hash: sha1\nkey: s3cret\nkeyfile:")) {
            assertFalse(errors(twoNodes(line)).contains("s3cret"), line);
        }
        var entry = new ConfTree.Entry("key", "s3cret", 1);
        assertFalse(entry.toString().contains("s3cret"), "an entry that is logged");
    }

    @ParameterizedTest
    @CsvSource({"126, false", "127, true", "4095, true", "4096, false"})
    void anInlineKeyHasTheLengthOfAKeyWithTheZeroAtItsEnd(int length, boolean allowed)
            throws ConfigException {
        String text = twoNodes("crypto_hash: sha1\nkey: " + "k".repeat(length));
        if (allowed) {
            try (SharedKey key = ClusterKey.read(parse(text))) {
                byte[] expected = new byte[length + 1];
                Arrays.fill(expected, 0, length, (byte) 'k');
                assertArrayEquals(expected, key.toByteArray());
            }
        } else {
            assertEquals(
                    "c:4: field 'key': has a length of "
                            + length
                            + "; allowed: 127..4095 bytes of UTF-8",
                    errors(text));
        }
    }

    @Test
    void anInlineKeyIsUtf8(@TempDir Path folder) throws Exception {
        byte[] text =
                twoNodes("crypto_hash: sha1\nkey: " + "\u00fc".repeat(200))
                        .getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(folder.resolve("c"), text);
        assertEquals(
                file
                        + ":4: field 'key': has bytes that are no UTF-8; allowed: 127..4095 bytes"
                        + " of UTF-8",
                assertThrows(ConfigException.class, () -> ClusterConfig.load(file)).getMessage());
    }

    @Test
    void theLengthOfAnInlineKeyThatIsNotUsedDoesNotMatter() throws ConfigException {
        parse(twoNodes("key: short"));
        parse(twoNodes("crypto_hash: sha1\nkey: short\nkeyfile: /k"));
    }

    @Test
    void eachProblemOfAKeyFileIsOneLine(@TempDir Path folder) throws Exception {
        Path missing = folder.resolve("missing");
        Path open = Files.write(folder.resolve("open"), new byte[1024]);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r-----"));
        Path isShort = owned(folder.resolve("short"), 127);
        Path isLong = owned(folder.resolve("long"), 4097);

        assertKeyFile(missing, "there is no such file");
        assertKeyFile(folder, "is a directory");
        assertKeyFile(
                open,
                "permissions rw-r----- are not allowed; allowed: none for group and others (chmod"
                        + " 400)");
        assertKeyFile(isShort, "length: value 127 is not allowed; allowed: 128 to 4096 bytes");
        assertKeyFile(isLong, "length: value 4097 is not allowed; allowed: 128 to 4096 bytes");
    }

    private static Path owned(Path file, int length) throws IOException {
        Files.write(file, new byte[length]);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    }

    private static void assertKeyFile(Path file, String problem) throws ConfigException {
        ClusterConfig config = parse(twoNodes("crypto_hash: sha1\nkeyfile: " + file));
        var e = assertThrows(ConfigException.class, () -> ClusterKey.read(config));
        assertTrue(
                e.getMessage()
                        .startsWith("c:4: field 'keyfile': key file " + file + ": " + problem),
                e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }

    @Test
    void aKeyFileThatIsTheDefaultIsSaidToBe() throws ConfigException {
        ClusterConfig config = parse(twoNodes("\nsecauth: on"));
        assumeFalse(Files.exists(Path.of("/etc/corosync/authkey")), "this machine has a key");
        assertEquals(
                "c:4: field 'keyfile' is missing, and the default cannot be used: key file"
                        + " /etc/corosync/authkey: there is no such file",
                assertThrows(ConfigException.class, () -> ClusterKey.read(config)).getMessage());
    }

    // ---- addresses

    @ParameterizedTest
    @CsvSource({
        "ipv4,   192.0.2.1,   192.0.2.2",
        "ipv4-6, 192.0.2.1,   192.0.2.2",
        "ipv6,   2001:db8::1, 2001:db8::2",
        "ipv6-4, 2001:db8::1, 2001:db8::2",
    })
    void ipVersionPicksAmongTheAddressesOfAName(String ipVersion, String a, String b)
            throws ConfigException {
        ClusterConfig config =
                parse(
                        "totem {\nversion: 2\nip_version: "
                                + ipVersion
                                + "\n}\nnodelist {\n"
                                + node(1, "dual-a")
                                + node(2, "dual-b")
                                + "}\n");

        assertEquals(InetAddress.ofLiteral(a), config.node(1).addresses().get(0));
        assertEquals(InetAddress.ofLiteral(b), config.node(2).addresses().get(0));
    }

    @Test
    void theOtherFamilyIsSecondChoice() throws ConfigException {
        assertEquals(
                InetAddress.ofLiteral("192.0.2.1"),
                parse(nodes(node(1, "v4-a"), node(2, "v4-b"))).node(1).addresses().get(0));
    }

    @Test
    void linksMayDifferInFamily() throws ConfigException {
        assertEquals(
                2,
                parse(nodes(node(1, "10.0.0.1", "fd00::1"), node(2, "10.0.0.2", "fd00::2")))
                        .links()
                        .size());
    }

    @Test
    void oneAddressServesTwoLinksOnDifferentPorts() throws ConfigException {
        ClusterConfig config =
                parse(nodes(node(1, "10.0.0.1", "10.0.0.1"), node(2, "10.0.0.2", "10.0.0.2")));

        assertEquals(
                List.of(
                        new InetSocketAddress("10.0.0.1", 5405),
                        new InetSocketAddress("10.0.0.1", 5406)),
                config.linksOf(1).stream().map(LinkPlan::local).toList());
    }

    // ---- links of a node

    @Test
    void aNodeLinksToEachPeerWhereverBothHaveAnAddress() throws ConfigException {
        ClusterConfig config =
                parse(
                        "totem {\nversion: 2\nlink_mode: active\n}\nnodelist {\n"
                                + node(1, "10.0.0.1", "10.1.0.1")
                                + node(2, "10.0.0.2", "10.1.0.2")
                                + node(3, "10.0.0.3")
                                + "}\n");

        assertEquals(
                List.of(
                        "1 link 0: 10.0.0.2:5405 -> 10.0.0.1:5405 ACTIVE",
                        "1 link 1: 10.1.0.2:5406 -> 10.1.0.1:5406 ACTIVE",
                        "3 link 0: 10.0.0.2:5405 -> 10.0.0.3:5405 ACTIVE"),
                config.linksOf(2).stream()
                        .map(p ->
                                "%d link %d: %s:%d -> %s:%d %s"
                                        .formatted(
                                                p.peer().id(),
                                                p.number(),
                                                p.local().getHostString(),
                                                p.local().getPort(),
                                                p.remote().getHostString(),
                                                p.remote().getPort(),
                                                p.policy()))
                        .toList());
        assertEquals(config.links().get(1), config.linksOf(2).get(1).settings());
    }

    @Test
    void aLoneNodeHasNoLinks() throws ConfigException {
        assertEquals(List.of(), parse(nodes(node(1, "10.0.0.1"))).linksOf(1));
    }

    @Test
    void askingForAnUnknownNodeListsTheIds() throws ConfigException {
        ClusterConfig config = parse(nodes(node(20, "10.0.0.1"), node(3, "10.0.0.2")));

        var e = assertThrows(ConfigException.class, () -> config.linksOf(4));
        assertEquals("c: node id 4 is not in the nodelist; allowed: 3, 20", e.getMessage());
    }

    // ---- errors

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "token: abc                    | 'token': value 'abc' is not a whole number; allowed: 30..4294967295 milliseconds, or 0 for the default",
                "token: 29                     | 'token': value '29' is out of range; allowed: 30..4294967295 milliseconds, or 0 for the default",
                "token: 4294967296             | 'token': value '4294967296' is out of range; allowed: 30..4294967295 milliseconds, or 0 for the default",
                "token:                        | 'token': value '' is not a whole number; allowed: 30..4294967295 milliseconds, or 0 for the default",
                "token: 99999999999999999999   | 'token': value '99999999999999999999' is out of range; allowed: 30..4294967295 milliseconds, or 0 for the default",
                "token: 2 # seconds            | 'token': value '2 # seconds' is not a whole number; allowed: 30..4294967295 milliseconds, or 0 for the default",
                "token_coefficient: -1         | 'token_coefficient': value '-1' is out of range; allowed: 0..4294967295 milliseconds",
                "knet_mtu: 0x500               | 'knet_mtu': value '0x500' is not a whole number; allowed: 0..65535 bytes",
                "knet_mtu: 65536               | 'knet_mtu': value '65536' is out of range; allowed: 0..65535 bytes",
                "knet_pmtud_interval: 86401    | 'knet_pmtud_interval': value '86401' is out of range; allowed: 1..86400 seconds, or 0 for the default",
                "link_mode: PASSIVE            | 'link_mode': value 'PASSIVE' is not one of the choices; allowed: passive, active, rr",
                "ip_version: ipv5              | 'ip_version': value 'ipv5' is not one of the choices; allowed: ipv4, ipv6, ipv4-6, ipv6-4",
                "transport: udpu               | 'transport': value 'udpu' is not one of the choices; allowed: knet",
                "version: 3                    | 'version': value '3' is out of range; allowed: 2",
                "cluster_name:                 | 'cluster_name': has no value; allowed: a name",
                "block_unlisted_ips: on        | 'block_unlisted_ips': value 'on' is not one of the choices; allowed: yes, no",
                "ip_dscp: 64                   | 'ip_dscp': value '64' is out of range; allowed: 0..63",
                "secauth: yes                  | 'secauth': value 'yes' is not one of the choices; allowed: on, off",
                "crypto_model: foo             | 'crypto_model': value 'foo' is not one of the choices; allowed: nss, openssl, gcrypt",
                "crypto_cipher: 3des           | 'crypto_cipher': value '3des' is not one of the choices; allowed: none, aes128, aes192, aes256",
                "crypto_hash: sha3             | 'crypto_hash': value 'sha3' is not one of the choices; allowed: none, md5, sha1, sha256, sha384, sha512",
                "keyfile:                      | 'keyfile': has no value; allowed: the path of a file",
                "key:                          | 'key': has no value; allowed: the shared key",
                "knet_compression_model: gzip  | 'knet_compression_model': value 'gzip' is not one of the choices; allowed: none, zlib, lz4, lz4hc, lzo2, lzma, bzip2, zstd",
                "knet_compression_threshold: 65537 | 'knet_compression_threshold': value '65537' is out of range; allowed: 1..65536 bytes, or 0 for the default",
                "knet_compression_level: high  | 'knet_compression_level': value 'high' is not a whole number; allowed: -2147483648..2147483647",
            })
    void aWrongTotemValueNamesFieldValueAndWhatIsAllowed(String line, String message) {
        assertEquals("c:3: field " + message, errors(twoNodes(line)));
    }

    @ParameterizedTest
    @CsvSource({
        "zlib, 10, -1..9",
        "zlib, -2, -1..9",
        "bzip2, 0, 1..9",
        "lzma, 10, 0..9",
    })
    void theMethodHasToTakeTheCompressionLevel(String model, int level, String allowed) {
        assertEquals(
                "c:4: field 'knet_compression_level': value '%d' is no level of %s; allowed: %s"
                        .formatted(level, model, allowed),
                errors(
                        twoNodes(
                                "knet_compression_model: "
                                        + model
                                        + "\nknet_compression_level: "
                                        + level)));
    }

    @Test
    void theCompressionLevelIsTheMethodsOwnUnlessTold() throws ConfigException {
        assertEquals(
                OptionalInt.empty(),
                parse(twoNodes("knet_compression_model: bzip2")).compression().level());
        assertEquals(
                OptionalInt.empty(),
                parse(twoNodes("knet_compression_level: 77")).compression().level());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "linknumber: 8              | 'linknumber': value '8' is out of range; allowed: 0..7",
                "linknumber: x              | 'linknumber': value 'x' is not a whole number; allowed: 0..7",
                "mcastport: 0               | 'mcastport': value '0' is out of range; allowed: 1..65535",
                "mcastport: 65536           | 'mcastport': value '65536' is out of range; allowed: 1..65535",
                "knet_transport: tcp        | 'knet_transport': value 'tcp' is not one of the choices; allowed: udp, sctp",
                "knet_link_priority: 256    | 'knet_link_priority': value '256' is out of range; allowed: 0..255",
                "knet_ping_interval: -1     | 'knet_ping_interval': value '-1' is out of range; allowed: 1..4294967295 milliseconds, or 0 for the default",
                "knet_ping_timeout: abc     | 'knet_ping_timeout': value 'abc' is not a whole number; allowed: 1..4294967295 milliseconds, or 0 for the default",
                "knet_ping_precision: 1.5   | 'knet_ping_precision': value '1.5' is not a whole number; allowed: 1..2147483647 samples, or 0 for the default",
                "knet_pong_count: 256       | 'knet_pong_count': value '256' is out of range; allowed: 1..255, or 0 for the default",
            })
    void aWrongInterfaceValueNamesFieldValueAndWhatIsAllowed(String line, String message) {
        assertEquals("c:4: field " + message, errors(twoNodes("interface {\n" + line + "\n}")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nodeid: 0;ring0_addr: 10.0.0.1      | 6 | 'nodeid': value '0' is out of range; allowed: 1..65535",
                "nodeid: 65536;ring0_addr: 10.0.0.1  | 6 | 'nodeid': value '65536' is out of range; allowed: 1..65535",
                "nodeid: one;ring0_addr: 10.0.0.1    | 6 | 'nodeid': value 'one' is not a whole number; allowed: 1..65535",
                "ring0_addr: 10.0.0.1                | 5 | 'nodeid': is missing; allowed: 1..65535",
                "nodeid: 1                           | 5 | 'ring0_addr': is missing; allowed: an IP address or host name",
                "nodeid: 1;ring0_addr:               | 7 | 'ring0_addr': has no value; allowed: an IPv6 or IPv4 address, or a host name that has one",
                "nodeid: 1;ring0_addr: nosuch        | 7 | 'ring0_addr': value 'nosuch' cannot be resolved; allowed: an IPv6 or IPv4 address, or a host name that has one",
                "nodeid: 1;ring0_addr: 0.0.0.0       | 7 | 'ring0_addr': value '0.0.0.0' is 0.0.0.0, which is no address of a node; allowed: an IPv6 or IPv4 address, or a host name that has one",
                "nodeid: 1;ring0_addr: 239.1.1.1     | 7 | 'ring0_addr': value '239.1.1.1' is 239.1.1.1, which is no address of a node; allowed: an IPv6 or IPv4 address, or a host name that has one",
                "nodeid: 1;ring0_addr: 10.0.0.1;ring8_addr: 10.8.0.1 | 8 | 'ring8_addr': a node has at most 8 links; allowed: ring0_addr to ring7_addr",
                "nodeid: 1;ring0_addr: 10.0.0.1;name: | 8 | 'name': has no value; allowed: a name",
            })
    void aWrongNodeNamesFieldValueAndWhatIsAllowed(String node, int line, String message) {
        assertEquals(
                "c:" + line + ": field " + message,
                errors(nodes("node {\n" + node.replace(';', '\n') + "\n}\n", node(2, "10.0.0.2"))));
    }

    @ParameterizedTest
    @CsvSource({
        "ring0_adr, ring0_addr",
        "ring_0_addr, ring0_addr",
        "ringX_addr, ring0_addr",
        "Ring3_Addr, ring3_addr",
        "ring1addr, ring1_addr",
        "rng1_addr, ring1_addr",
    })
    void aMisspelledAddressIsAnErrorWithASuggestion(String written, String meant) {
        assertEquals(
                "c:7: field '%s': is not known; did you mean %s?; allowed: ring0_addr to ring7_addr"
                        .formatted(written, meant),
                errors(
                        nodes(
                                "node {\nnodeid: 1\n" + written + ": 10.0.0.1\n}\n",
                                node(2, "10.0.0.2"))));
    }

    @Test
    void anAddressOutsideIpVersionIsAnError() {
        assertEquals(
                "c:7: field 'ring0_addr': value 'v4-a' has no address of the family that ip_version asks for;"
                        + " allowed: an IPv6 address, or a host name that has one",
                errors(
                        "totem {\nversion: 2\nip_version: ipv6\n}\nnodelist {\nnode {\nring0_addr: v4-a\nnodeid: 1\n}\n}"));
    }

    @Test
    void sectionsThatAreMissingAreNamed() {
        assertEquals("c: section 'totem' is missing\nc: section 'nodelist' is missing", errors(""));
        assertEquals("c:4: section 'nodelist' has no 'node'", errors(nodes()));
    }

    @Test
    void theVersionIsRequired() {
        assertEquals(
                "c:1: field 'version': is missing; allowed: 2",
                errors("totem {\n}\nnodelist {\n" + node(1, "10.0.0.1") + "}\n"));
    }

    @Test
    void idsAndNamesAreUnique() {
        assertEquals(
                """
                c:12: field 'nodeid': value '01' is already used in line 6; allowed: a number no other node has
                c:13: field 'name': value 'a' is already used in line 7; allowed: a name no other node has\
                """,
                errors(
                        nodes(
                                "node {\nnodeid: 1\nname: a\nring0_addr: 10.0.0.1\n\n}\n",
                                "node {\nnodeid: 01\nname: a\nring0_addr: 10.0.0.2\n}\n")));
    }

    @Test
    void twoNodesCannotShareAnAddressOfOneLink() {
        assertEquals(
                "c:11: field 'ring0_addr': value '10.0.0.1' is already used with port 5405 in line 7;"
                        + " allowed: an address of its own for each node and port",
                errors(nodes(node(1, "10.0.0.1"), node(2, "10.0.0.1"))));
    }

    @Test
    void twoLinksOfOneNodeCannotShareAddressAndPort() {
        assertEquals(
                "c:12: field 'ring1_addr': value '10.0.0.1' is already used with port 5405 in line 11;"
                        + " allowed: an address of its own for each node and port",
                errors(
                        "totem {\nversion: 2\ninterface {\nlinknumber: 1\nmcastport: 5405\n}\n}\nnodelist {\n"
                                + node(1, "10.0.0.1", "10.0.0.1")
                                + "}\n"));
    }

    @Test
    void aLinkHasOneFamily() {
        assertEquals(
                "c:11: field 'ring0_addr': value 'fd00::2' is IPv6, but link 0 is IPv4 in line 7;"
                        + " allowed: one family for all nodes of a link",
                errors(nodes(node(1, "10.0.0.1"), node(2, "fd00::2"))));
    }

    @Test
    void aLinkNumberIsConfiguredOnce() {
        assertEquals(
                "c:6: field 'linknumber': value '0' is already used in line 3; allowed: a number no other interface has",
                errors(twoNodes("interface {\n}\ninterface {\nlinknumber: 0\n}")));
    }

    @Test
    void moreThanEightLinksAreRefused() {
        String tooMany =
                node(
                        1,
                        "10.0.0.1",
                        "10.1.0.1",
                        "10.2.0.1",
                        "10.3.0.1",
                        "10.4.0.1",
                        "10.5.0.1",
                        "10.6.0.1",
                        "10.7.0.1",
                        "10.8.0.1");
        assertEquals(
                "c:15: field 'ring8_addr': a node has at most 8 links; allowed: ring0_addr to ring7_addr",
                errors(nodes(tooMany)));
    }

    @Test
    void aTokenTooShortForThePongCountIsAnError() {
        assertEquals(
                "c:5: field 'knet_pong_count': value '16' leaves no ping interval of a token timeout of 30 milliseconds;"
                        + " allowed: 1..15, or a knet_ping_interval and knet_ping_timeout",
                errors(twoNodes("token: 30\ninterface {\nknet_pong_count: 16\n}")));
    }

    @Test
    void everythingThatIsWrongIsReportedAtOnceInLineOrder() {
        String text =
                """
                totem {
                  version: 2
                  oops
                  token: abc
                  interface {
                    linknumber: 9
                    knet_ping_timeout: x
                  }
                  link_mode: any
                }
                nodelist {
                  node {
                    nodeid: 0
                    ring0_addr: nosuch
                  }
                  node {
                    ring1_addr: 10.1.0.1
                  }
                }
                """;

        var e = assertThrows(ConfigException.class, () -> parse(text));
        assertEquals(
                List.of(3, 4, 6, 7, 9, 13, 14, 16, 16),
                e.problems().stream().map(Problem::line).toList());
        assertEquals(9, e.getMessage().lines().count());
        var timeout = assertInstanceOf(Problem.Field.class, e.problems().get(3));
        assertEquals("knet_ping_timeout", timeout.field());
        assertEquals("x", timeout.value());
    }

    @Test
    void unbalancedBracesAreNotDrownedInWhatFollowsFromThem() {
        assertEquals(
                "c:12: missing '}': section 'totem' of line 1 is still open at the end of the file",
                errors(
                        "totem {\nversion: 2\ntoken: abc\n"
                                + nodes(node(1, "10.0.0.1"))
                                        .substring("totem {\nversion: 2\n}\n".length())
                                + "#\n#\n#\n"));
    }

    // ---- warnings

    @Test
    void unknownKeysAndSectionsAreWarnings() throws ConfigException {
        assertEquals(
                List.of(
                        "c:3: field 'foo' is not known and has no effect",
                        "c:5: field 'ringnumber' is not known and has no effect",
                        "c:7: section 'interfaces' is not known here and has no effect",
                        "c:13: field 'ring0_port' is not known and has no effect",
                        "c:16: field 'bar' is not known and has no effect",
                        "c:18: section 'baz' is not known here and has no effect",
                        "c:21: field 'top' is not known and has no effect"),
                warnings(
                        """
                        totem {
                          version: 2
                          foo: 1
                          interface {
                            ringnumber: 3
                          }
                          interfaces {
                            a: b
                          }
                        }
                        nodelist {
                          node {
                            ring0_port: 1
                            nodeid: 1
                            ring0_addr: 10.0.0.1
                            bar: x
                          }
                          baz {
                          }
                        }
                        top: x
                        """));
    }

    @Test
    void keysOfOtherConcernAreIgnoredInSilence() throws ConfigException {
        assertEquals(
                List.of(),
                warnings(
                        twoNodes(
                                        """
                                        netmtu: 1500
                                        consensus: 4000
                                        config_version: 7
                                        interface {
                                        bindnetaddr: 10.0.0.0
                                        mcastaddr: 239.1.1.1
                                        ttl: 1
                                        broadcast: no
                                        }\
                                        """)
                                + "logging {\nlogger_subsys {\nsubsys: QUORUM\n}\nx: y\n}\nquorum {\n}\nsystem {\n}\n"));
    }

    @Test
    void halfAPairOfPingTimersIsDoubtful() throws ConfigException {
        assertEquals(
                List.of(
                        "c:4: only one of knet_ping_interval and knet_ping_timeout is set;"
                                + " the other is derived from the token timeout: interval 200 ms, timeout 1500 ms"),
                warnings(twoNodes("interface {\nknet_ping_interval: 200\n}")));
    }

    @Test
    void nodesWithUnequalLinksAreDoubtful() throws ConfigException {
        assertEquals(
                List.of(
                        "c:10: this node has no ring1_addr but others have; corosync itself refuses that"),
                warnings(nodes(node(1, "10.0.0.1", "10.1.0.1"), node(2, "10.0.0.2"))));
    }

    @Test
    void anInterfaceThatNoNodeUsesIsDoubtful() throws ConfigException {
        assertEquals(
                List.of("c:4: no node has an address for link 5"),
                warnings(twoNodes("interface {\nlinknumber: 5\n}")));
    }

    // ---- files

    @Test
    void theErrorsOfAFileNameIt(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("my.conf"), "junk\n");

        var e = assertThrows(ConfigException.class, () -> ClusterConfig.load(file));
        assertTrue(
                e.getMessage().startsWith(file + ": section 'totem' is missing"), e.getMessage());
        assertTrue(e.getMessage().contains(file + ":1: neither"), e.getMessage());
    }

    @Test
    void aFileThatCannotBeReadIsAProblemOfTheWholeFile(@TempDir Path folder) throws IOException {
        Path missing = folder.resolve("missing");
        assertEquals(
                missing + ": does not exist",
                assertThrows(ConfigException.class, () -> ClusterConfig.load(missing))
                        .getMessage());

        var isFolder = assertThrows(ConfigException.class, () -> ClusterConfig.load(folder));
        assertTrue(
                isFolder.getMessage().startsWith(folder + ": cannot be read: "),
                isFolder.getMessage());

        Path huge = Files.write(folder.resolve("huge"), new byte[ClusterConfig.MAX_FILE_BYTES + 1]);
        var tooLarge = assertThrows(ConfigException.class, () -> ClusterConfig.load(huge));
        assertEquals(
                huge + ": is larger than 1048576 bytes, which no configuration is",
                tooLarge.getMessage());
    }

    @Test
    void bytesThatAreNotUtf8DoNoHarmInAComment(@TempDir Path folder) throws Exception {
        byte[] text =
                ("# Grüße\n" + nodes(node(1, "127.0.0.1"))).getBytes(StandardCharsets.ISO_8859_1);

        assertEquals(
                1, ClusterConfig.load(Files.write(folder.resolve("latin1"), text)).nodes().size());
    }

    @Test
    void theTwoNodesExampleIsFreeOfErrorsAndWarnings() throws ConfigException {
        ClusterConfig config = ClusterConfig.load(Path.of("../examples/two-nodes/corosync.conf"));

        assertEquals(List.of(), config.warnings());
        assertEquals(Optional.of("two-nodes"), config.clusterName());
        assertEquals(
                List.of("alpha", "beta"),
                config.nodes().stream().map(ClusterNode::displayName).toList());
        assertFalse(config.cryptoRequested());
        assertEquals(
                List.of(
                        new LinkPlan(
                                config.node(2),
                                new LinkSettings(
                                        0, LinkTransport.UDP, 5405, 2, ms(200), ms(1000), 2048, 2),
                                new InetSocketAddress("127.0.0.1", 5405),
                                new InetSocketAddress("127.0.0.2", 5405),
                                LinkMode.PASSIVE),
                        new LinkPlan(
                                config.node(2),
                                new LinkSettings(
                                        1, LinkTransport.UDP, 5406, 1, ms(200), ms(1000), 2048, 2),
                                new InetSocketAddress("127.0.1.1", 5406),
                                new InetSocketAddress("127.0.1.2", 5406),
                                LinkMode.PASSIVE)),
                config.linksOf(1));
        assertEquals(
                config.linksOf(1).stream().map(LinkPlan::remote).toList(),
                config.linksOf(2).stream().map(LinkPlan::local).toList());
    }

    @Test
    void theModelCannotBeChanged() throws ConfigException {
        ClusterConfig config = parse(twoNodes(""));

        Stream.<Runnable>of(
                        () -> config.links().clear(),
                        () -> config.nodes().clear(),
                        () -> config.nodes().getFirst().addresses().clear(),
                        () -> config.warnings().add(new Problem.Line("", 0, "")))
                .forEach(change -> assertThrows(UnsupportedOperationException.class, change::run));
    }
}
