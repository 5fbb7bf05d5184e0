package io.knet4j.bench.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.ReceivedMessage;
import io.knet4j.SendException;
import io.knet4j.bench.node.Inbox;
import io.knet4j.bench.node.KnetNode;
import io.knet4j.bench.node.NodeCommands;
import io.knet4j.cli.Terminal;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The end that waits. It does what the other end asks for on a channel of its own: a request is a
 * number and one of a few {@link NodeCommands}, its answer is the number and the result. Requests
 * that come again, because the answer was lost, are answered again, not executed.
 */
public final class Listener {
    private static final Set<String> ALLOWED = Set.of("count", "counted", "echo", "pump", "cpu");
    private static final String BYE = "bye";

    private final Terminal terminal;
    private final InetSocketAddress address;
    private final Settings settings;

    /**
     * @param address where to wait
     * @param settings as at the other end
     */
    public Listener(Terminal terminal, InetSocketAddress address, Settings settings) {
        this.terminal = terminal;
        this.address = address;
        this.settings = settings;
    }

    /**
     * Serves measurements.
     *
     * @param once whether to end after the first one
     */
    public void run(boolean once) throws InterruptedException {
        Inbox inbox = new Inbox();
        try (Knet knet = settings.open(Settings.LISTENER)) {
            KnetNode node = new KnetNode(knet, inbox);
            node.addLink(Settings.CONNECTOR, 0, LinkConfig.dynamicUdp(address), Settings.PINGS);
            Channel control = knet.channel(Settings.CONTROL_CHANNEL);
            node.start();
            terminal.errLine(
                    "Listening at "
                            + Connector.text(address)
                            + " for knet bench --connect; "
                            + settings
                            + ".");
            serve(control, new NodeCommands(node, inbox), once);
        }
    }

    private static void serve(Channel control, NodeCommands commands, boolean once)
            throws InterruptedException {
        String lastRequest = "";
        String lastAnswer = "";
        while (true) {
            ReceivedMessage message = control.receive();
            String request = new String(message.payload(), UTF_8);
            if (!request.equals(lastRequest)) {
                lastRequest = request;
                lastAnswer = answer(commands, request);
            }
            try {
                control.sendSync(
                        ByteBuffer.wrap(lastAnswer.getBytes(UTF_8)),
                        Destination.host(Settings.CONNECTOR));
            } catch (SendException _) {
                continue; // it asks again if it is still there
            }
            if (once && request.endsWith(BYE)) {
                return;
            }
        }
    }

    private static String answer(NodeCommands commands, String request)
            throws InterruptedException {
        String[] words = request.split(" ", 3);
        String number = words[0];
        if (words.length > 1 && words[1].equals(BYE)) {
            return number + " ok";
        }
        if (words.length < 2 || !ALLOWED.contains(words[1])) {
            return number + " error unknown command";
        }
        try {
            return (number + " ok " + commands.execute(request.substring(number.length() + 1)))
                    .strip();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            return number + " error " + e;
        }
    }
}
