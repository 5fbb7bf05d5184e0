package io.knet4j.cli.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.cli.CommandRun;
import io.knet4j.cli.node.TwoNodes;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkCommandTest {

    @TempDir private Path folder;
    private TwoNodes cluster;
    private CommandRun alpha;

    @BeforeEach
    void startCluster() throws Exception {
        cluster = new TwoNodes(folder);
        alpha = cluster.startBoth();
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

    private static void assertWrong(CommandRun run, String line) throws Exception {
        assertThat(run.err().lines()).containsExactly(line);
        assertThat(run.out().lines()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(2);
    }

    private void assertLink(int link, String state, String explanation) throws Exception {
        assertThat(cluster.run("status", "--node=alpha").out().lines())
                .contains(
                        "  link "
                                + link
                                + "  "
                                + state
                                + " ".repeat(11 - state.length())
                                + explanation);
    }

    private void awaitTold(String what) throws InterruptedException {
        alpha.err().await(line -> line.substring(line.indexOf(' ') + 1).equals(what));
    }

    @Test
    void disablesAndEnables() throws Exception {
        assertLink(0, "in use", "no better link is up");
        assertDone(
                cluster.run("link", "disable", "beta", "0", "--node=alpha"),
                "link 0 to host 2 (beta) is disabled now, and was enabled",
                "traffic to host 2 (beta) uses link 1");
        awaitTold("link 0 to host 2 (beta) was disabled (control socket)");
        awaitTold("link 0 to host 2 (beta) is down: it was disabled");
        assertLink(0, "disabled", "it is disabled");
        assertLink(1, "in use", "no other link is up");
        assertDone(
                cluster.run("link", "disable", "2", "0", "--node=1"),
                "link 0 to host 2 (beta) is disabled already");
        assertDone(
                cluster.run("link", "disable", "2", "1", "--node=1"),
                "link 1 to host 2 (beta) is disabled now, and was enabled",
                "host 2 (beta) is NOT REACHABLE: all links are disabled");
        assertDone(
                cluster.run("link", "enable", "2", "0", "--node=1"),
                "link 0 to host 2 (beta) is enabled now, and was disabled",
                "host 2 (beta) is NOT REACHABLE: no link is up yet");
        awaitTold("link 0 to host 2 (beta) was enabled (control socket)");
        alpha.err()
                .await(_ ->
                        alpha.err().lines().stream()
                                        .filter(line -> line.endsWith("host 2 (beta) is reachable"))
                                        .count()
                                == 2);
    }

    @Test
    void changesThePriority() throws Exception {
        assertLink(1, "standby", "link 0 has a higher priority: 2, this one has 1");
        assertDone(
                cluster.run("link", "priority", "beta", "1", "10", "--node=alpha"),
                "link 1 to host 2 (beta) has priority 10 now, and had 1",
                "traffic to host 2 (beta) uses link 1");
        awaitTold(
                "the priority of link 1 to host 2 (beta) was changed from 1 to 10 (control socket)");
        awaitTold("traffic to host 2 (beta) now uses link 1");
        assertLink(0, "standby", "link 1 has a higher priority: 10, this one has 2");
        assertLink(1, "in use", "no better link is up");
        assertDone(
                cluster.run("link", "priority", "beta", "1", "10", "--node=alpha"),
                "link 1 to host 2 (beta) has priority 10 already");
    }

    @Test
    void namesWhatIsWrong() throws Exception {
        assertWrong(
                cluster.run("link", "disable", "gamma", "0", "--node=alpha"),
                "knet: HOST: value gamma is not allowed; allowed: 2 (beta)");
        assertWrong(
                cluster.run("link", "disable", "1", "0", "--node=alpha"),
                "knet: HOST: value 1 is not allowed; allowed: 2 (beta)");
        assertWrong(
                cluster.run("link", "enable", "2", "5", "--node=alpha"),
                "knet: LINK: value 5 is not allowed; allowed: 0, 1");
        assertWrong(
                cluster.run("link", "enable", "2", "8", "--node=alpha"),
                "knet: LINK: value 8 is not allowed; allowed: 0 to 7");
        assertWrong(
                cluster.run("link", "priority", "2", "0", "256", "--node=alpha"),
                "knet: VALUE: value 256 is not allowed; allowed: 0 to 255");
        assertWrong(
                cluster.run("link", "priority", "2", "0"),
                "knet: Missing required parameter: 'VALUE' (see: knet link priority --help)");
    }
}
