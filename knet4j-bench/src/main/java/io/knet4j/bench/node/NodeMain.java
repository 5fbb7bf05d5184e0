package io.knet4j.bench.node;

import io.knet4j.bench.Quiet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A node in a process of its own: {@link NodeCommands} come line by line, and each is answered by
 * {@code ok} and the answer, or {@code error} and the reason. The first line it prints is {@code
 * ready} and its process id.
 */
public final class NodeMain {
    private NodeMain() {}

    /**
     * Runs a node until {@code quit} or the end of input.
     *
     * @param args the {@link NodeLibrary} and the host id
     * @throws IOException when standard input cannot be read
     */
    public static void main(String[] args) throws IOException {
        Quiet.logs();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Inbox inbox = new Inbox();
        try (BenchNode node = NodeLibrary.valueOf(args[0]).open(Integer.parseInt(args[1]), inbox)) {
            out.println("ready " + ProcessHandle.current().pid());
            NodeCommands commands = new NodeCommands(node, inbox);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine();
                    line != null && !line.equals("quit");
                    line = in.readLine()) {
                out.println(answer(commands, line));
            }
        }
        System.exit(0); // whatever threads a library leaves behind
    }

    private static String answer(NodeCommands commands, String line) {
        try {
            return ("ok " + commands.execute(line)).strip();
        } catch (UnsupportedOperationException e) {
            return "error " + UNSUPPORTED + e.getMessage();
        } catch (Exception e) {
            return "error " + String.valueOf(e).replace('\n', ' ');
        }
    }

    /** How the reason starts when a library cannot do what was asked. */
    public static final String UNSUPPORTED = "unsupported: ";
}
