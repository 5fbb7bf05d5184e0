package io.knet4j.cli.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.cli.CommandRun;
import io.knet4j.cli.node.TwoNodes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadCommandTest {

    @TempDir private Path folder;
    private TwoNodes cluster;

    @BeforeEach
    void makeCluster() throws Exception {
        cluster = new TwoNodes(folder);
    }

    @AfterEach
    void endCluster() throws Exception {
        cluster.close();
    }

    private static void assertDone(CommandRun run, String... lines) throws Exception {
        assertThat(run.err().lines()).isEmpty();
        assertThat(run.out().lines()).containsExactly(lines);
        assertThat(run.exitCode()).isZero();
    }

    private static void assertRefused(CommandRun run, int exitCode, String... lines)
            throws Exception {
        assertThat(run.err().lines()).containsExactly(lines);
        assertThat(run.out().lines()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    private CommandRun reload(int node, String... options) throws Exception {
        String[] args = new String[options.length + 2];
        args[0] = "reload";
        args[1] = "--node=" + node;
        System.arraycopy(options, 0, args, 2, options.length);
        return cluster.run(args);
    }

    private List<String> status(int node) throws Exception {
        return cluster.run("status", "--node=" + node).out().lines();
    }

    /** Line number, from 1, of the first line of a node's file that has this text. */
    private int line(int node, String text) throws Exception {
        List<String> lines = Files.readAllLines(cluster.file(node));
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i + 1;
            }
        }
        throw new AssertionError(text);
    }

    @Test
    void changesWhatHasChangedInTheFile() throws Exception {
        CommandRun alpha = cluster.startBoth();
        assertDone(reload(1), "nothing has changed");
        cluster.edit(1, "knet_link_priority: 1", "knet_link_priority: 7");
        cluster.edit(1, "knet_ping_interval: 20", "knet_ping_interval: 30");
        cluster.edit(1, "cluster_name: two", "cluster_name: duo\nip_dscp: 46");
        cluster.edit(1, "name: beta", "name: gamma");
        cluster.edit(1, "nodelist {", "knet4j {\nhold_down: 30000\n}\nnodelist {");
        String[] changes = {
            "  cluster name: two -> duo",
            "  DSCP: 0 -> 46",
            "  flap control: off -> hold-down 30 s",
            "  host 2: name beta -> gamma",
            "  link 0 of host 2: ping interval 20 ms -> 30 ms",
            "  link 1 of host 2: priority 1 -> 7, ping interval 20 ms -> 30 ms"
        };
        String[] planned = new String[changes.length + 1];
        System.arraycopy(changes, 0, planned, 1, changes.length);
        planned[0] = "6 changes would be made:";
        assertDone(reload(1, "--dry-run"), planned);
        assertDone(reload(1, "--dry-run"), planned);
        assertThat(status(1))
                .contains("  link 1  standby    link 0 has a higher priority: 2, this one has 1");
        planned[0] = "6 changes made:";
        assertDone(reload(1), planned);
        assertThat(status(1))
                .contains("  link 0  standby    link 1 has a higher priority: 7, this one has 2")
                .contains("  flap control links are held down for 30.0 s")
                .anyMatch(line -> line.startsWith("node 1 (alpha) of cluster duo, up "))
                .anyMatch(line -> line.startsWith("host 2 (gamma) is reachable by link 1,"));
        alpha.err()
                .await(line ->
                        line.endsWith(
                                " the configuration was read again, 6 changes (control socket)"));
        alpha.err().await(line -> line.endsWith("   host 2: name beta -> gamma"));
        alpha.err().await(line -> line.endsWith("traffic to host 2 (gamma) now uses link 1"));
        assertThat(alpha.err().lines()).noneMatch(line -> line.contains(" is down"));
        assertDone(reload(1), "nothing has changed");
    }

    @Test
    void addsAndRemovesNodesAndLinks() throws Exception {
        CommandRun alpha = cluster.startBoth();
        String ring1 = "ring1_addr: 127.0.1.3";
        cluster.edit(1, ring1, "");
        assertThat(reload(1).out().lines())
                .containsExactly("1 change made:", "  link 1 of host 2: removed");
        assertThat(status(1)).noneMatch(line -> line.startsWith("  link 1"));
        cluster.edit(1, "ring0_addr: 127.0.0.3", "ring0_addr: 127.0.0.3\n" + ring1);
        cluster.edit(
                1,
                "nodelist {",
                "nodelist {\nnode {\nnodeid: 9\nname: iota\nring0_addr: 127.0.0.9\n}\n");
        CommandRun added = reload(1);
        assertThat(added.err().lines())
                .singleElement()
                .asString()
                .startsWith("warning: " + cluster.file(1))
                .contains("this node has no ring1_addr");
        assertThat(added.out().lines())
                .hasSize(3)
                .startsWith("2 changes made:")
                .anyMatch(line -> line.startsWith("  link 1 of host 2: added, 127.0.1.1:"))
                .contains("  host 9 (iota): added with 1 link");
        String up = "link 1 to host 2 (beta) is up";
        alpha.err()
                .await(_ ->
                        alpha.err().lines().stream().filter(line -> line.contains(up)).count()
                                == 2);
        assertThat(status(1)).anyMatch(line -> line.startsWith("host 9 (iota) is NOT REACHABLE"));
        assertThat(alpha.err().lines())
                .noneMatch(line -> line.contains("link 0 to host 2 (beta) is down"));
    }

    @Test
    void refusesAFileThatIsWrongAsAWhole() throws Exception {
        CommandRun alpha = cluster.startBoth();
        cluster.edit(1, "knet_link_priority: 2", "knet_link_priority: x");
        cluster.edit(1, "knet_link_priority: 1", "knet_link_priority: 256");
        cluster.edit(1, "knet_ping_interval: 20", "knet_ping_interval: 30");
        String[] problems = {
            "knet: "
                    + cluster.file(1)
                    + ":"
                    + line(1, "priority: x")
                    + ": field 'knet_link_priority': value 'x' is not a whole number; allowed:"
                    + " 0..255",
            "knet: "
                    + cluster.file(1)
                    + ":"
                    + line(1, "priority: 256")
                    + ": field 'knet_link_priority': value '256' is out of range; allowed: 0..255"
        };
        assertRefused(reload(1, "--dry-run"), 2, problems);
        assertRefused(reload(1), 2, problems);
        Files.delete(cluster.file(1));
        assertRefused(reload(1), 2, "knet: " + cluster.file(1) + ": does not exist");
        assertThat(alpha.err().lines()).noneMatch(line -> line.contains("read again"));
        assertThat(status(1))
                .contains("  link 1  standby    link 0 has a higher priority: 2, this one has 1");
    }

    @Test
    void refusesWhatCannotChange() throws Exception {
        cluster.startBoth();
        cluster.edit(1, "nodeid: 1", "nodeid: 4");
        assertRefused(
                reload(1),
                2,
                "knet: " + cluster.file(1) + ": node id 1 is not in the nodelist; allowed: 2, 4");
        cluster.edit(1, "nodeid: 4", "nodeid: 1");
        // Not an address of this machine; and nothing else is changed either.
        cluster.edit(1, "knet_ping_interval: 20", "knet_ping_interval: 30");
        cluster.edit(1, "ring0_addr: 127.0.0.1", "ring0_addr: 192.0.2.1");
        CommandRun run = reload(1);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("knet: " + cluster.file(1) + ": host 2 (beta), link 0: ")
                .contains("192.0.2.1");
        cluster.edit(1, "ring0_addr: 192.0.2.1", "ring0_addr: 127.0.0.1");
        assertThat(reload(1, "--dry-run").out().lines())
                .contains("  link 0 of host 2: ping interval 20 ms -> 30 ms");
    }

    @Test
    void goesBackToTheFileButKeepsDisabledLinksSo() throws Exception {
        cluster.startBoth();
        cluster.run("link", "priority", "2", "1", "9", "--node=1");
        cluster.run("link", "disable", "2", "0", "--node=1");
        assertDone(reload(1), "1 change made:", "  link 1 of host 2: priority 9 -> 1");
        assertThat(status(1)).contains("  link 0  disabled   it is disabled");
    }

    // ---- keys

    private void key(String name) throws Exception {
        assertThat(CommandRun.toTheEnd("keygen", folder.resolve(name).toString()).exitCode())
                .isZero();
    }

    private void encrypt(int node, String cipher, String hash) throws Exception {
        cluster.edit(
                node,
                "cluster_name: two",
                "cluster_name: two\ncrypto_cipher: "
                        + cipher
                        + "\ncrypto_hash: "
                        + hash
                        + "\nkeyfile: key");
    }

    private static void assertStaysUp(CommandRun node) {
        assertThat(node.err().lines())
                .noneMatch(line -> line.contains(" is down"))
                .noneMatch(line -> line.contains("cannot be understood"));
    }

    /** Waits until pings of both links were answered under the present keys. */
    private void awaitTraffic(CommandRun from, CommandRun to, String text) throws Exception {
        from.type(text + "\n");
        to.out().await(("from 1: " + text)::equals);
    }

    @Test
    void aKeyChangesInThreeStepsWithoutLoss() throws Exception {
        key("key");
        encrypt(1, "aes256", "sha256");
        encrypt(2, "aes256", "sha256");
        CommandRun one = cluster.startBoth();
        CommandRun two = cluster.node(2);
        assertDone(reload(1), "nothing has changed");
        Files.delete(folder.resolve("key"));
        key("key");

        CommandRun prepared = reload(1, "--prepare-key");
        assertDone(
                prepared,
                "1 change made:",
                "  crypto slot 2: empty -> aes256 with sha256, key of 1024 bytes");
        assertThat(reload(2, "--prepare-key").exitCode()).isZero();
        awaitTraffic(one, two, "prepared");

        assertDone(reload(1), "1 change made:", "  crypto: sending by slot 1 -> by slot 2");
        awaitTraffic(one, two, "one sends with it");
        assertThat(reload(2).exitCode()).isZero();
        awaitTraffic(one, two, "both send with it");
        assertThat(status(1))
                .anyMatch(line -> line.contains("key of 1024 bytes in slot 2; slot 1 opens"));

        assertDone(
                reload(1),
                "1 change made:",
                "  crypto slot 1: aes256 with sha256, key of 1024 bytes -> empty");
        assertThat(reload(2).exitCode()).isZero();
        awaitTraffic(one, two, "the old one is forgotten");
        assertDone(reload(1), "nothing has changed");
        assertStaysUp(one);
        assertStaysUp(two);
        assertThat(one.err().lines()).noneMatch(line -> line.contains("not sent"));
    }

    @Test
    void aKeyThatChangesAtOnceIsSentWithAtOnce() throws Exception {
        key("key");
        encrypt(1, "aes128", "sha1");
        encrypt(2, "aes128", "sha1");
        CommandRun one = cluster.startBoth();
        CommandRun two = cluster.node(2);
        for (int node = 1; node <= 2; node++) {
            cluster.edit(node, "crypto_hash: sha1", "crypto_hash: sha512");
        }
        assertDone(
                reload(1),
                "2 changes made:",
                "  crypto slot 2: empty -> aes128 with sha512, key of 1024 bytes",
                "  crypto: sending by slot 1 -> by slot 2");
        assertThat(reload(2).exitCode()).isZero();
        awaitTraffic(one, two, "changed");
    }

    @Test
    void aClusterIsEncryptedWhileItRuns() throws Exception {
        CommandRun one = cluster.startBoth();
        CommandRun two = cluster.node(2);
        key("key");
        encrypt(1, "aes256", "sha256");
        encrypt(2, "aes256", "sha256");
        for (String step : new String[] {"--prepare-key", "", "again"}) {
            for (int node = 1; node <= 2; node++) {
                CommandRun run = step.startsWith("--") ? reload(node, step) : reload(node);
                assertThat(run.err().lines()).isEmpty();
                assertThat(run.exitCode()).isZero();
            }
            awaitTraffic(one, two, "after step '" + step + "'");
        }
        assertThat(status(1))
                .contains("  crypto       aes256 with sha256, key of 1024 bytes in slot 1");
        assertStaysUp(one);
        assertStaysUp(two);
    }

    @Test
    void namesAKeyFileThatIsMissing() throws Exception {
        cluster.startBoth();
        encrypt(1, "aes256", "sha256");
        assertRefused(
                reload(1),
                2,
                "knet: "
                        + cluster.file(1)
                        + ":"
                        + line(1, "keyfile")
                        + ": field 'keyfile': key file "
                        + folder.resolve("key")
                        + ": there is no such file");
    }
}
