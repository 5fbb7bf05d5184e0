package io.knet4j.interop;

import io.knet4j.CryptoConfig;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.ReceivedMessage;
import io.knet4j.SharedKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Node 2 of a cluster whose node 1 is a corosync daemon, which it starts: both have to be in the
 * same network namespace, so this runs in a process of its own. Argument: the directory with {@code
 * corosync.conf} and {@code key}, the number of links, the port of link 0. Ends with status 0 and
 * {@code joined} if all links came up as both sides see it, and messages of corosync arrived.
 */
final class CorosyncPeerMain {
    private static final int COROSYNC = 1;
    private static final int JAVA = 2;
    private static final int ENOUGH_MESSAGES = 5;
    private static final long END_SECONDS = 10;

    private CorosyncPeerMain() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        int links = Integer.parseInt(args[1]);
        int port = Integer.parseInt(args[2]);
        Process corosync =
                new ProcessBuilder(
                                "corosync",
                                "-f",
                                "-c",
                                directory.resolve("corosync.conf").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("corosync.log").toFile())
                        .start();
        try (SharedKey key = SharedKey.read(directory.resolve("key"));
                Knet java = Knet.builder(JAVA).crypto(CryptoConfig.aes256Sha256(key)).open()) {
            Host host = java.addHost(COROSYNC);
            for (int i = 0; i < links; i++) {
                host.addLink(
                        i,
                        LinkConfig.udp(address(i, JAVA, port), address(i, COROSYNC, port))
                                .withPing(Duration.ofMillis(200), Duration.ofSeconds(5))
                                .withPongCount(1));
            }
            java.channel(0);
            java.startForwarding();
            Await.until(
                    () -> "Java: all links up: " + host.links(),
                    () ->
                            host.status().reachable()
                                    && host.links().stream().allMatch(l -> l.status().connected()));
            awaitLinksInCorosync(links);
            for (int i = 0; i < ENOUGH_MESSAGES; i++) {
                ReceivedMessage message =
                        java.channel(0)
                                .receive(Await.LIMIT)
                                .orElseThrow(() -> new AssertionError("no message of corosync"));
                if (message.source() != COROSYNC || message.payload().length == 0) {
                    throw new AssertionError("not of corosync: " + message);
                }
            }
            if (java.crypto().status().clearPackets() != 0) {
                throw new AssertionError("corosync sent clear packets");
            }
            System.out.println("joined");
        } catch (Throwable t) {
            System.out.println(Files.readString(directory.resolve("corosync.log")));
            throw t;
        } finally {
            corosync.destroy();
            if (!corosync.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                corosync.destroyForcibly().waitFor();
            }
        }
    }

    /** Every link has a network of its own in 127.0.0.0/8, in which a host has the last number. */
    static InetSocketAddress address(int link, int host, int port) {
        return new InetSocketAddress("127.0." + link + "." + host, port + link);
    }

    private static void awaitLinksInCorosync(int links) throws Exception {
        String[] last = {""};
        Await.until(
                () -> "corosync: links up: " + last[0],
                () -> {
                    last[0] = run("corosync-cfgtool", "-s");
                    return last[0].lines()
                                    .filter(l -> l.matches("\\s*nodeid:\\s+2:\\s+connected\\s*"))
                                    .count()
                            == links;
                });
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
