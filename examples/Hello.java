import static java.nio.charset.StandardCharsets.UTF_8;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.SendException;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * One of two nodes on this machine, 1 or 2, joined by two links. It greets the other one ten times,
 * once a second, and prints what it hears; the log tells what happens to the links.
 */
void main(String[] args) throws InterruptedException {
    if (args.length != 1 || !args[0].matches("[12]")) {
        IO.println("which node is it, 1 or 2?");
        return;
    }
    int id = Integer.parseInt(args[0]);
    int other = 3 - id;
    try (Knet knet = Knet.builder(id).open()) {
        Host peer = knet.addHost(other);
        for (int link = 0; link < 2; link++) {
            int port = 5400 + 10 * link; // of both nodes, plus their id
            peer.addLink(
                    link,
                    LinkConfig.udp(
                            new InetSocketAddress("127.0.0.1", port + id),
                            new InetSocketAddress("127.0.0.1", port + other)));
        }
        Channel greetings = knet.channel(0);
        greetings.onMessage(m -> IO.println("from " + m.source() + ": " + UTF_8.decode(m.payload())));
        knet.startForwarding();
        if (!peer.awaitReachable(Duration.ofMinutes(1))) {
            IO.println("no link to node " + other + " has come up; is it running?");
            return;
        }
        for (int i = 1; i <= 10; i++) {
            try {
                greetings.sendSync(UTF_8.encode("hello " + i), Destination.host(other));
            } catch (SendException e) {
                IO.println(e.getMessage());
            }
            Thread.sleep(1000);
        }
    }
}
