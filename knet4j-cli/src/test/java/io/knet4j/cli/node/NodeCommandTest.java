package io.knet4j.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.knet4j.Knet;
import io.knet4j.cli.CommandRun;
import io.knet4j.cli.Main;
import io.knet4j.testkit.relay.FreePorts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeCommandTest {

    private static final Path ENCRYPTED_EXAMPLE =
            Path.of("../examples/two-nodes-encrypted/corosync.conf");

    @TempDir private Path folder;

    /** The example with ports of its own and a quicker heartbeat. */
    private Path config;

    @BeforeEach
    void writeConfig() throws IOException {
        config =
                write(
                        example()
                                .replace("linknumber: 0", "linknumber: 0\n\t\tmcastport: " + port())
                                .replace("linknumber: 1", "linknumber: 1\n\t\tmcastport: " + port())
                                .replace("knet_ping_interval: 200", "knet_ping_interval: 20"));
    }

    private static String example() throws IOException {
        return Files.readString(Path.of("../examples/two-nodes/corosync.conf"));
    }

    private static int port() {
        return FreePorts.loopback4().getPort();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("test.conf"), text);
    }

    private CommandRun node(int id, String... options) {
        String[] start = {"node", "--config", config.toString(), "--id", Integer.toString(id)};
        String[] args = Arrays.copyOf(start, start.length + options.length);
        System.arraycopy(options, 0, args, start.length, options.length);
        return CommandRun.start(args);
    }

    private CommandRun running(int id) throws InterruptedException {
        CommandRun run = node(id);
        run.err().await(line -> line.contains(" is running, "));
        return run;
    }

    @Test
    void linesOfOneNodeAreMessagesOfTheOther() throws Exception {
        try (CommandRun one = node(1);
                CommandRun two = node(2)) {
            one.type("hello\n");
            two.out().await("from 1: hello"::equals);
            two.type("gr\u00fc\u00dfe\n");
            one.out().await("from 2: gr\u00fc\u00dfe"::equals);
            one.err().await(event("host 2 (beta) is reachable"));
            one.err().await(event("traffic to host 2 (beta) now uses link 0"));
            one.err().await(event("link 1 to host 2 (beta) is up, latency .* ms"));
            one.err().await(event("node 1 (alpha) is running, 2 links to 1 host"));
            one.err().await(event("packets are neither encrypted nor signed"));
            assertThat(one.out().lines()).as("no message of its own").hasSize(1);
        }
    }

    /** The command shows them anyway. */
    @Test
    void eventsAreInTheLogOnlyWhenMuchIsLogged() throws Exception {
        // The log belongs to the process: whoever starts last decides.
        try (CommandRun one = running(1);
                CommandRun two = node(2, "--log-level=debug")) {
            one.type("hello\n");
            two.out().await("from 1: hello"::equals);
            two.err().await(line -> line.startsWith("log debug: node 2: forwarding is on"));
            two.err()
                    .await(line ->
                            line.startsWith(
                                    "log info: node 2: link 0 to host 1 (alpha) is up, latency "));
        }
        try (CommandRun one = running(1);
                CommandRun two = node(2, "--log-level=info")) {
            one.type("hello\n");
            two.out().await("from 1: hello"::equals);
            two.err().await(event("link 0 to host 1 (alpha) is up, latency .* ms"));
            assertThat(two.err().lines())
                    .filteredOn(line -> line.startsWith("log "))
                    .allMatch(line -> line.startsWith("log info: node 2: UDP "));
        }
    }

    @ParameterizedTest
    @CsvSource({"zlib, 6", "lz4, 0", "lz4hc, 0", "lzo2, 0", "lzma, 0", "bzip2, 9", "zstd, 3"})
    void nodesTalkCompressed(String method, int level) throws Exception {
        String both =
                "version: 2\nknet_compression_model: "
                        + method
                        + "\nknet_compression_level: "
                        + level;
        write(Files.readString(config).replace("version: 2", both));
        String line = "the same again, ".repeat(60);
        try (CommandRun one = node(1);
                CommandRun two = node(2)) {
            one.type(line + '\n');
            two.out().await(("from 1: " + line)::equals);
            one.err()
                    .await(
                            event(
                                    "messages of more than 100 bytes are compressed with "
                                            + method
                                            + ", level "
                                            + level));
        }
    }

    private static Predicate<String> event(String what) {
        return Pattern.compile(
                        "[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{3} "
                                + what.replace("(", "\\(").replace(")", "\\)"))
                .asMatchPredicate();
    }

    /** The encrypted example, with ports of its own, and compression. */
    private void encrypt(String... changes) throws Exception {
        Path key = folder.resolve("authkey");
        CommandRun made = CommandRun.toTheEnd("keygen", key.toString());
        assertThat(made.exitCode()).isZero();
        String text = Files.readString(ENCRYPTED_EXAMPLE);
        for (int link = 0; link < 2; link++) {
            text =
                    text.replace(
                            "linknumber: " + link,
                            "linknumber: " + link + "\n\t\tmcastport: " + port());
        }
        text = text.replace("# knet_compression_model", "knet_compression_model");
        text = text.replace("knet_ping_interval: 200", "knet_ping_interval: 20");
        for (int i = 0; i < changes.length; i += 2) {
            assertThat(text).contains(changes[i]);
            text = text.replace(changes[i], changes[i + 1]);
        }
        config = write(text);
    }

    @Test
    void encryptsAndCompressesAsTheFileSays() throws Exception {
        encrypt();
        String large = "y".repeat(10_000);
        try (CommandRun one = node(1);
                CommandRun two = node(2, "--json")) {
            one.type(large + "\n");
            two.out().await(line -> line.contains(large));
            one.err()
                    .await(
                            event(
                                    "packets are encrypted with aes256 and signed with sha256, key of"
                                            + " 1024 bytes"));
            one.err()
                    .await(
                            event(
                                    "messages of more than 100 bytes are compressed with zlib,"
                                            + " default level"));
            two.out()
                    .await(line ->
                            line.contains(
                                    "\"crypto\":{\"cipher\":\"aes256\",\"hash\":\"sha256\",\"key_bytes\":1024}"));
        }
    }

    @Test
    void tellsWhyItDoesNotUnderstandAPeer() throws Exception {
        encrypt();
        try (CommandRun one = node(1)) {
            one.err().await(line -> line.contains("is running"));
            write(
                    Files.readString(config)
                            .replace("crypto_cipher: aes256", "crypto_cipher: none")
                            .replace("crypto_hash: sha256", "crypto_hash: none"));
            try (CommandRun _ = node(2)) {
                one.err()
                        .await(
                                event(
                                        "host 2 (beta) cannot be understood on link .: it sends clear"
                                                + " packets, .*"));
            }
        }
    }

    @Test
    void nothingOfAKeyInTheFileShowsUp() throws Exception {
        String secret = "correct-horse-battery-staple";
        String whole = secret.repeat(5);
        for (String line :
                List.of(
                        "key: " + secret,
                        "key: " + secret.repeat(200),
                        "key = " + whole,
                        "key: " + whole + "{",
                        "key " + whole + ": x",
                        "key: " + whole + "\n\tkey: " + secret)) {
            encrypt("keyfile: authkey", line);
            CommandRun run =
                    CommandRun.toTheEnd(
                            "node", "--config=" + config, "--id=1", "--json", "--log-level=trace");
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err().lines())
                    .isNotEmpty()
                    .noneMatch(printed -> printed.contains("horse"));
            assertThat(run.out().lines()).isEmpty();
            Files.delete(folder.resolve("authkey"));
        }

        encrypt("keyfile: authkey", "key: " + whole);
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
        try (CommandRun one = node(1, "--json", "--log-level=trace");
                CommandRun two = node(2, "--log-level=trace")) {
            one.type("hello\n");
            two.out().await("from 1: hello"::equals);
            for (CommandRun run : List.of(one, two)) {
                assertThat(run.err().lines()).noneMatch(printed -> printed.contains("horse"));
                assertThat(run.out().lines()).noneMatch(printed -> printed.contains("horse"));
            }
            one.out().await(line -> line.contains("\"key_bytes\":" + (whole.length() + 1)));
            assertThat(two.err().lines())
                    .anyMatch(line -> line.contains("field 'key': others may read it"));
        }
    }

    @Test
    void namesTheKeyFileThatIsMissing() throws Exception {
        encrypt();
        Files.delete(folder.resolve("authkey"));
        int line = Files.readAllLines(config).indexOf("\tkeyfile: authkey") + 1;
        CommandRun run = CommandRun.toTheEnd("node", "--config=" + config, "--id=1");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .containsExactly(
                        "knet: "
                                + config
                                + ":"
                                + line
                                + ": field 'keyfile': key file "
                                + folder.resolve("authkey")
                                + ": there is no such file");
    }

    @Test
    void saysThatItEndsWithAnEmptyInput() throws Exception {
        CommandRun run = CommandRun.toTheEnd("node", "--config=" + config, "--id=1");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err().lines())
                .contains(
                        "knet: standard input ended without a line, and with it the node; --stay"
                                + " keeps it running");
    }

    @Test
    void whatWasGivenIsSentBeforeTheEnd() throws Exception {
        String longest = "x".repeat(65_536);
        try (CommandRun two = node(2, "--json")) {
            try (CommandRun one = node(1, "--to", "2", "--channel", "5")) {
                one.type("first\n" + longest + "\n" + longest + "y\n\nlast");
                one.endInput();
                assertThat(one.exitCode()).as("one line was too long").isEqualTo(1);
                assertThat(one.err().lines())
                        .noneMatch(line -> line.contains("not sent"))
                        .contains(
                                "knet: line 3 of the input was skipped: it has 65537 bytes, a message at most 65536",
                                "knet: line 4 of the input was skipped: it is empty, and a message has at least 1 byte");
            }
            two.out().await(line -> line.contains("\"last\""));
            List<JsonObject> messages =
                    two.out().lines().stream()
                            .map(line -> JsonParser.parseString(line).getAsJsonObject())
                            .filter(json -> json.get("event").getAsString().equals("message"))
                            .toList();
            assertThat(messages)
                    .extracting(json -> json.get("text").getAsString())
                    .containsExactly("first", longest, "last");
            assertThat(messages.getFirst())
                    .hasToString(
                            "{\"event\":\"message\",\"from\":1,\"channel\":5,\"size\":5,\"text\":\"first\"}");
            // A message may come before our own pongs have taken the link up.
            two.out().await(line -> line.contains("\"link-up\""));
        }
    }

    @Test
    void givesUpLinesThatNobodyCanGet() throws Exception {
        CommandRun one = node(1, "--wait", "0.1");
        one.type("a\nb\nc\n");
        one.endInput();
        assertThat(one.exitCode()).isEqualTo(1);
        assertThat(one.err().lines())
                .contains(
                        "knet: 1 message not sent: no host was reachable within 100 ms",
                        "knet: 2 messages not sent: no host was reachable within 100 ms");
    }

    /** A node in a process of its own, with the control socket where it usually is. */
    private Process process(int id) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "node",
                        "--config=" + config,
                        "--id=" + id,
                        "--stay");
        builder.environment().remove("KNET_CONTROL");
        builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
        return builder.redirectErrorStream(true).start();
    }

    @Test
    void endsCleanlyOnSigterm() throws Exception {
        Process process = process(2);
        Path socket = folder.resolve("knet/2-" + process.pid() + ".sock");
        try (CommandRun one = node(1);
                OutputStream input = process.getOutputStream()) {
            input.write("bye\n".getBytes(StandardCharsets.UTF_8));
            input.flush();
            one.out().await("from 2: bye"::equals);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(socket.resolveSibling(""))))
                    .isEqualTo("rwx------");
            CommandRun status =
                    CommandRun.toTheEnd("status", "--control=" + folder.resolve("knet"));
            assertThat(status.out().lines())
                    .anyMatch(line -> line.endsWith(", process " + process.pid()))
                    .anyMatch(line -> line.startsWith("host 1 (alpha) is reachable by link 0"));
            assertThat(process.supportsNormalTermination()).isTrue();
            process.destroy();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(socket).doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void leavesNothingThatKeepsItFromStartingAgain() throws Exception {
        for (int i = 0; i < 2; i++) {
            Process process = process(2);
            try (CommandRun one = node(1)) {
                one.err().await(line -> line.endsWith("host 2 (beta) is reachable"));
            } finally {
                process.destroyForcibly().waitFor();
            }
            assertThat(folder.resolve("knet"))
                    .as("the socket of a node that was killed, and that of no other")
                    .isDirectoryContaining(file -> file.endsWith("2-" + process.pid() + ".sock"));
            try (Stream<Path> files = Files.list(folder.resolve("knet"))) {
                assertThat(files).hasSize(1);
            }
        }
    }

    @Test
    void refusesWhatItCannotDoYet() throws Exception {
        assertRefused(
                example().replace("linknumber: 1", "linknumber: 1\nknet_transport: sctp"),
                "knet_transport",
                "field 'knet_transport': value 'sctp' is not supported yet; allowed: udp");
    }

    @Test
    void packetsAreMarkedAsThoseOfCorosync() throws Exception {
        String text = Files.readString(config).replace("version: 2", "version: 2\nip_dscp: 46");
        try (Knet knet = ConfiguredNode.open(NodeFile.load(write(text)), 1, _ -> {}).knet()) {
            assertThat(knet.nodeConfig().dscp()).isEqualTo(46);
            assertThat(knet.host(2).orElseThrow().links())
                    .hasSize(2)
                    .allMatch(link -> link.config().highPriorityTraffic());
        }
    }

    private void assertRefused(String text, String field, String problem) throws Exception {
        int before = (int) text.substring(0, text.indexOf("\n" + field)).lines().count();
        CommandRun run =
                CommandRun.toTheEnd("node", "--config", write(text).toString(), "--id", "1");
        assertThat(run.err().lines())
                .containsExactly("knet: " + folder + "/test.conf:" + (before + 1) + ": " + problem);
        assertThat(run.out().lines()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @Test
    void namesEveryProblemOfTheFile() throws Exception {
        CommandRun run =
                CommandRun.toTheEnd(
                        "node",
                        "--config",
                        write(example().replace("knet_pong_count: 2", "knet_pong_count: x"))
                                .toString(),
                        "--id",
                        "1");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .hasSize(2)
                .allMatch(line -> line.contains("field 'knet_pong_count': value 'x'"));
    }

    @Test
    void refusesNodesThatAreNotThere() throws Exception {
        CommandRun stranger =
                CommandRun.toTheEnd("node", "--config", config.toString(), "--id", "7");
        assertThat(stranger.exitCode()).isEqualTo(2);
        assertThat(stranger.err().lines())
                .containsExactly(
                        "knet: " + config + ": node id 7 is not in the nodelist; allowed: 1, 2");
        CommandRun self =
                CommandRun.toTheEnd(
                        "node", "--config", config.toString(), "--id", "1", "--to", "1");
        assertThat(self.exitCode()).isEqualTo(2);
    }

    @Test
    void namesTheLinkWhoseAddressIsTaken() throws Exception {
        int port = port();
        InetSocketAddress taken = new InetSocketAddress(InetAddress.ofLiteral("127.0.1.1"), port);
        config =
                write(
                        example()
                                .replace("linknumber: 0", "linknumber: 0\n\t\tmcastport: " + port())
                                .replace("linknumber: 1", "linknumber: 1\n\t\tmcastport: " + port));
        try (DatagramSocket _ = new DatagramSocket(taken)) {
            CommandRun run =
                    CommandRun.toTheEnd("node", "--config", config.toString(), "--id", "1");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith(
                            "knet: "
                                    + config
                                    + ": host 2 (beta), link 1: local: cannot bind 127.0.1.1 port "
                                    + port);
        }
    }
}
