package io.knet4j.cli.node;

import io.knet4j.KnetEvent;
import io.knet4j.Message;
import io.knet4j.cli.Terminal;

/** Messages as lines on standard output, everything else as lines on standard error. */
final class TextReporter implements NodeReporter {

    private final Terminal terminal;
    private final HostNames names;
    private final EventText events;

    TextReporter(Terminal terminal, HostNames names) {
        this.terminal = terminal;
        this.names = names;
        events = new EventText(names);
    }

    @Override
    public void started(int node, int hosts, int links) {
        String self = names.text(node).replaceFirst("host", "node");
        terminal.errLine(
                self + " is running, " + count(links, "link") + " to " + count(hosts, "host"));
    }

    @Override
    public void message(Message message) {
        String channel = message.channel() == 0 ? "" : "/" + message.channel();
        terminal.outLine(
                "from "
                        + message.source()
                        + channel
                        + ": "
                        + MessageText.printable(message.toByteArray()));
    }

    @Override
    public void event(KnetEvent event) {
        events.of(event).ifPresent(terminal::errLine);
    }

    @Override
    public void skipped(long line, String reason) {
        terminal.error("line " + line + " of the input was skipped: " + reason);
    }

    @Override
    public void notSent(long messages, String reason) {
        terminal.error(count(messages, "message") + " not sent: " + reason);
    }

    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
