package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.knet4j.SharedKey;
import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.testkit.relay.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A corosync daemon, encrypted as clusters are, with a Java node as the second node's transport. It
 * runs in a network namespace of its own, so that it meets no other corosync.
 */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class CorosyncInteropTest {
    /** What is around corosync and Java: a namespace whose end is theirs. */
    private static final List<String> NAMESPACE =
            List.of(
                    "unshare",
                    "--map-root-user",
                    "--net",
                    "--mount",
                    "--pid",
                    "--fork",
                    "--kill-child",
                    "--mount-proc");

    /** For the IPC of corosync, whose files are named after process ids, and its pid file. */
    private static final String PREPARATION =
            "mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /dev/shm && ip link set lo up";

    @TempDir private Path directory;

    @BeforeAll
    static void checkThatCorosyncCanRun() throws Exception {
        String missing = missing();
        if (!missing.isEmpty()) {
            String message = "no test with corosync: " + missing;
            if (Boolean.getBoolean("knet4j.interop.required")) {
                throw new IllegalStateException(message);
            }
            System.err.println(message);
            abort(message);
        }
    }

    private static String missing() throws InterruptedException {
        List<String> namespace = new ArrayList<>(NAMESPACE);
        namespace.addAll(List.of("sh", "-c", PREPARATION));
        try {
            Process process = start(namespace);
            String output = output(process);
            if (process.waitFor() != 0) {
                return "network namespaces are not available: " + output.strip();
            }
            return start(List.of("corosync", "-v")).waitFor() == 0 ? "" : "corosync -v failed";
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void javaNodeIsAPeerOfCorosync(int links) throws Exception {
        int port = FreePorts.loopback4().getPort();
        try (SharedKey key = SharedKey.generate(256)) {
            key.write(directory.resolve("key"));
        }
        Files.createDirectory(directory.resolve("state"));
        Files.writeString(directory.resolve("corosync.conf"), configuration(links, port));

        StringBuilder script = new StringBuilder(PREPARATION);
        for (int i = 1; i < links; i++) {
            // corosync knows itself by the addresses of its interfaces
            String ip = CorosyncPeerMain.address(i, 1, port).getAddress().getHostAddress();
            script.append(" && ip addr add ").append(ip).append("/8 dev lo");
        }
        script.append(" && exec \"$@\"");
        List<String> command = new ArrayList<>(NAMESPACE);
        command.addAll(List.of("sh", "-c", script.toString(), "sh"));
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        CorosyncPeerMain.class.getName(),
                        directory.toString(),
                        String.valueOf(links),
                        String.valueOf(port)));
        Process process = start(command);
        try {
            String output = output(process);
            assertEquals(0, process.waitFor(), output);
            assertTrue(output.contains("joined"), output);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private String configuration(int links, int port) {
        StringBuilder interfaces = new StringBuilder();
        StringBuilder one = new StringBuilder();
        StringBuilder two = new StringBuilder();
        for (int i = 0; i < links; i++) {
            interfaces.append(
                    """
                      interface {
                        linknumber: %d
                        mcastport: %d
                        knet_ping_interval: 200
                        knet_ping_timeout: 5000
                        knet_pong_count: 1
                      }
                    """
                            .formatted(i, port + i));
            one.append(ring(i, 1, port));
            two.append(ring(i, 2, port));
        }
        return """
        totem {
          version: 2
          cluster_name: knet4j
          transport: knet
          crypto_cipher: aes256
          crypto_hash: sha256
          keyfile: %1$s/key
        %2$s}
        nodelist {
          node {
            nodeid: 1
            name: one
        %3$s  }
          node {
            nodeid: 2
            name: two
        %4$s  }
        }
        quorum {
          provider: corosync_votequorum
          two_node: 1
        }
        knet4j {
          hold_down: 30000
          flap_damping: yes
        }
        logging {
          to_stderr: yes
          to_syslog: no
        }
        system {
          state_dir: %1$s/state
          sched_rr: no
          move_to_root_cgroup: no
        }
        """
                .formatted(directory, interfaces, one, two);
    }

    private static String ring(int link, int host, int port) {
        return "    ring%d_addr: %s\n"
                .formatted(
                        link,
                        CorosyncPeerMain.address(link, host, port).getAddress().getHostAddress());
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String output(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
