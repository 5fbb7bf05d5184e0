package io.knet4j.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.knet4j.cli.CommandRun;
import io.knet4j.cli.node.TwoNodes;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusCommandTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir private Path folder;
    private TwoNodes cluster;

    @BeforeEach
    void makeCluster() throws IOException {
        cluster = new TwoNodes(folder);
    }

    @AfterEach
    void endCluster() throws IOException {
        cluster.close();
        assertThat(sockets()).as("sockets of nodes that ended").isEmpty();
    }

    private List<Path> sockets() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".sock")).sorted().toList();
        }
    }

    private JsonObject status(String... options) throws Exception {
        CommandRun run =
                cluster.run(
                        Stream.concat(Stream.of("status", "--json"), Stream.of(options))
                                .toArray(String[]::new));
        assertThat(run.err().lines()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).hasSize(1);
        return JsonParser.parseString(run.out().lines().getFirst()).getAsJsonObject();
    }

    private static JsonObject host(JsonObject status) {
        return status.getAsJsonArray("hosts").get(0).getAsJsonObject();
    }

    private static JsonObject link(JsonObject status, int id) {
        return host(status).getAsJsonArray("links").get(id).getAsJsonObject();
    }

    private static String use(JsonObject status, int link) {
        return link(status, link).get("use").getAsString();
    }

    private JsonObject awaitStatus(Predicate<JsonObject> wanted) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            JsonObject status = status("--node=alpha");
            if (wanted.test(status)) {
                return status;
            }
            assertThat(System.nanoTime() - deadline).as("time over: %s", status).isNegative();
        }
    }

    @Test
    void findsTheOnlyNode() throws Exception {
        CommandRun none = cluster.run("status");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err().lines())
                .containsExactly("knet: no running node was found; looked at " + folder);

        cluster.start(1).err().await(line -> line.contains("is running"));
        Path socket = sockets().getFirst();
        assertThat(sockets()).containsExactly(socket);
        assertThat(socket.getFileName())
                .hasToString("1-" + ProcessHandle.current().pid() + ".sock");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        CommandRun run = cluster.run("status");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines().getFirst()).startsWith("node 1 (alpha) of cluster two, up ");
        assertThat(run.out().lines())
                .anyMatch(line ->
                        line.startsWith("host 2 (beta) is NOT REACHABLE: no link is up, policy"))
                .contains("  link 0  NO ANSWER  no pong has come since it was enabled");
        CommandRun bySocket = CommandRun.toTheEnd("status", "--control=" + socket);
        assertThat(bySocket.out().lines().getFirst()).startsWith("node 1 (alpha)");
    }

    @Test
    void listsTheNodesThatMayBeMeant() throws Exception {
        cluster.startBoth();
        List<Path> sockets = sockets();
        String process = ", process " + ProcessHandle.current().pid() + ", socket ";
        String one = "knet:   node 1 (alpha) of cluster two" + process + sockets.get(0);
        String two = "knet:   node 2 (beta) of cluster two" + process + sockets.get(1);
        CommandRun several = cluster.run("status");
        assertThat(several.exitCode()).isEqualTo(2);
        assertThat(several.out().lines()).isEmpty();
        assertThat(several.err().lines())
                .containsExactly(
                        "knet: several nodes are running; choose one with --node or --control:",
                        one,
                        two);
        CommandRun wrong = cluster.run("status", "--node=gamma");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err().lines())
                .containsExactly(
                        "knet: --node: value gamma is not allowed; allowed: the name or id of a"
                                + " running node:",
                        one,
                        two);
        for (String name : new String[] {"2", "beta"}) {
            assertThat(status("--node", name).getAsJsonObject("node").get("id").getAsInt())
                    .isEqualTo(2);
        }
        // Another cluster may have the same ids.
        try (TwoNodes twins = new TwoNodes(Files.createDirectory(folder.resolve("other")));
                CommandRun twin =
                        CommandRun.start(
                                "node",
                                "--config=" + twins.file(1),
                                "--id=1",
                                "--control=" + folder)) {
            twin.err().await(line -> line.contains("is running"));
            CommandRun twice = cluster.run("status", "--node=alpha");
            assertThat(twice.exitCode()).isEqualTo(2);
            assertThat(twice.err().lines())
                    .hasSize(3)
                    .startsWith("knet: several nodes are called alpha; choose one with --control:");
        }
    }

    @Test
    void followsALinkThatIsCutAndHealed() throws Exception {
        cluster.startBoth();
        JsonObject before = awaitStatus(status -> use(status, 1).equals("standby"));
        JsonObject node = before.getAsJsonObject("node");
        assertThat(node.get("name").getAsString()).isEqualTo("alpha");
        assertThat(node.get("cluster").getAsString()).isEqualTo("two");
        assertThat(node.get("config_file").getAsString()).isEqualTo(cluster.file(1).toString());
        assertThat(node.get("pid").getAsLong()).isEqualTo(ProcessHandle.current().pid());
        assertThat(node.get("uptime_ms").getAsDouble()).isPositive();
        assertThat(host(before).get("reachable").getAsBoolean()).isTrue();
        assertThat(host(before).get("active_links")).hasToString("[0]");
        JsonObject first = link(before, 0);
        assertThat(use(before, 0)).isEqualTo("in-use");
        assertThat(first.getAsJsonObject("local").get("ip").getAsString()).isEqualTo("127.0.0.1");
        assertThat(first.getAsJsonObject("remote").get("ip").getAsString()).isEqualTo("127.0.0.3");
        assertThat(first.getAsJsonObject("latency").get("now_ms").getAsDouble()).isPositive();
        assertThat(first.getAsJsonObject("changes").get("ups").getAsInt()).isEqualTo(1);
        assertThat(link(before, 1).get("explanation").getAsString())
                .isEqualTo("link 0 has a higher priority: 2, this one has 1");
        StatusSchema.assertFits(before);

        cluster.link(0).cut();
        JsonObject cut = awaitStatus(status -> use(status, 0).equals("down"));
        first = link(cut, 0);
        assertThat(first.get("up").getAsBoolean()).isFalse();
        assertThat(first.get("explanation").getAsString()).startsWith("no pong had come for ");
        assertThat(first.getAsJsonObject("changes").get("downs").getAsInt()).isEqualTo(1);
        assertThat(first.getAsJsonObject("loss").get("percent").getAsDouble()).isPositive();
        assertThat(use(cut, 1)).isEqualTo("in-use");
        StatusSchema.assertFits(cut);
        CommandRun text = cluster.run("status", "--node=1");
        assertThat(text.out().lines())
                .anyMatch(line -> line.startsWith("  link 0  DOWN       no pong had come for "))
                .anyMatch(line -> line.startsWith("host 2 (beta) is reachable by link 1, "));

        cluster.link(0).heal();
        JsonObject healed = awaitStatus(status -> use(status, 0).equals("in-use"));
        assertThat(link(healed, 0).getAsJsonObject("changes").get("ups").getAsInt()).isEqualTo(2);
        assertThat(use(healed, 1)).isEqualTo("standby");
    }

    @Test
    void watchesUntilTheNodeEnds() throws Exception {
        CommandRun node = cluster.start(1);
        node.err().await(line -> line.contains("is running"));
        try (CommandRun watch =
                CommandRun.start("status", "--json", "--watch", "0.1", "--control=" + folder)) {
            watch.out().await(_ -> watch.out().lines().size() >= 3);
            node.close();
            assertThat(watch.exitCode()).isEqualTo(1);
            assertThat(watch.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("knet: control socket " + folder);
            for (String line : watch.out().lines()) {
                StatusSchema.assertFits(JsonParser.parseString(line).getAsJsonObject());
            }
        }
        CommandRun wrong = CommandRun.toTheEnd("status", "--watch=0");
        assertThat(wrong.err().lines())
                .containsExactly(
                        "knet: --watch: value 0 is not allowed; allowed: 0.1 to 86400 seconds");
    }

    @Test
    void tellsOfNodesThatDoNotAnswer() throws Exception {
        Path hung = folder.resolve("3-1.sock");
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(hung));
            CommandRun run = cluster.run("status");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err().lines())
                    .containsExactly(
                            "knet: no running node was found; looked at " + folder,
                            "knet:   control socket " + hung + ": no answer within 3 seconds");
        }
        CommandRun dead = cluster.run("status");
        assertThat(dead.err().lines())
                .contains("knet:   control socket " + hung + ": no node is running there");
        cluster.start(1).err().await(line -> line.contains("is running"));
        assertThat(sockets()).as("what was left behind is gone").doesNotContain(hung).hasSize(1);
    }

    @Test
    void hostileClientsKeepNobodyOut() throws Exception {
        CommandRun node = cluster.startBoth();
        UnixDomainSocketAddress socket = UnixDomainSocketAddress.of(sockets().getFirst());
        List<SocketChannel> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                SocketChannel client = SocketChannel.open(socket);
                clients.add(client);
                // Half a line, garbage, a line without end, nothing.
                String text =
                        List.of("{\"knet\":1,", "\u0000\u00ff\n", "x".repeat(100_000), "")
                                .get(i % 4);
                client.configureBlocking(false);
                client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
            }
            assertThat(host(status("--node=alpha")).get("reachable").getAsBoolean()).isTrue();
        } finally {
            for (SocketChannel client : clients) {
                client.close();
            }
        }
        assertThat(cluster.run("link", "disable", "2", "1", "--node=1").exitCode()).isZero();
        node.err().await(line -> line.endsWith("link 1 to host 2 (beta) is down: it was disabled"));
        assertThat(node.err().lines())
                .noneMatch(line -> line.contains("link 0 to host 2 (beta) is down"));
    }

    @Test
    void usesTheSocketThatIsGiven() throws Exception {
        Path path = folder.resolve("my-socket");
        String control = "--control=" + path;
        try (CommandRun node =
                CommandRun.start("node", "--config=" + cluster.file(1), "--id=1", control)) {
            node.err().await(line -> line.contains("is running"));
            assertThat(CommandRun.toTheEnd("status", control).exitCode()).isZero();
            assertFailed(
                    CommandRun.toTheEnd("node", "--config=" + cluster.file(2), "--id=2", control),
                    "knet: control socket: "
                            + path
                            + " is there already: the socket of another node, or something else");
        }
        assertThat(path).doesNotExist();
        assertFailed(
                CommandRun.toTheEnd("status", control),
                "knet: no running node was found; looked at " + path,
                "knet:   control socket " + path + ": there is no such file");
        assertFailed(
                CommandRun.toTheEnd(
                        "node",
                        "--config=" + cluster.file(1),
                        "--id=1",
                        "--control=" + folder + "/no/s"),
                "knet: control socket: " + folder + "/no cannot be made: its folder is missing");
        assertThat(CommandRun.toTheEnd("status", "--control=none").exitCode()).isEqualTo(2);
    }

    private static void assertFailed(CommandRun run, String... lines) throws Exception {
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines()).containsExactly(lines);
    }
}
