package io.knet4j.cli.node;

import io.knet4j.KnetEvent;
import io.knet4j.Message;

/** Tells the user what a node does. May be called by any thread. */
interface NodeReporter {

    /** The node has all its links and carries messages. */
    void started(int node, int hosts, int links, Protection protection);

    /** A message came. */
    void message(Message message);

    /** Something happened to links or hosts. */
    void event(KnetEvent event);

    /** Somebody changed something through the control socket. */
    void changed(OperatorChange change);

    /** A line of input is no message. */
    void skipped(long line, String reason);

    /** The input ended without any line, and with it the node ends. */
    void inputWasEmpty();

    /** Messages from the input were not sent. */
    void notSent(long messages, String reason);
}
