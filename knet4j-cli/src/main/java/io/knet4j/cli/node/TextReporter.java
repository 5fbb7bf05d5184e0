package io.knet4j.cli.node;

import io.knet4j.KnetEvent;
import io.knet4j.Message;
import io.knet4j.cli.Terminal;
import java.time.Clock;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Messages as lines on standard output, everything else as lines on standard error. */
final class TextReporter implements NodeReporter {

    /** What to say when there was nothing to send. */
    static final String EMPTY_INPUT =
            "standard input ended without a line, and with it the node; --stay keeps it running";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    private final Terminal terminal;
    private final HostNames names;
    private final EventText events;
    private final Clock clock;

    /**
     * @param clock gives the local time, with which the lines of events begin
     */
    TextReporter(Terminal terminal, HostNames names, Clock clock) {
        this.terminal = terminal;
        this.names = names;
        this.clock = clock;
        events = new EventText(names);
    }

    @Override
    public void started(int node, int hosts, int links, Protection protection) {
        String self = names.text(node).replaceFirst("host", "node");
        tell(self + " is running, " + count(links, "link") + " to " + count(hosts, "host"));
        tell(protection.cryptoText());
        protection.compressionText().ifPresent(this::tell);
    }

    private void tell(String what) {
        terminal.errLine(LocalTime.now(clock).format(TIME) + ' ' + what);
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
        events.of(event).ifPresent(this::tell);
    }

    @Override
    public void changed(OperatorChange change) {
        List<String> lines = change.text(names);
        tell(lines.getFirst() + " (control socket)");
        lines.stream().skip(1).forEach(this::tell);
    }

    @Override
    public void skipped(long line, String reason) {
        terminal.error("line " + line + " of the input was skipped: " + reason);
    }

    @Override
    public void inputWasEmpty() {
        terminal.error(EMPTY_INPUT);
    }

    @Override
    public void notSent(long messages, String reason) {
        terminal.error(count(messages, "message") + " not sent: " + reason);
    }

    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
