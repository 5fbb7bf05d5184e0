package io.knet4j.interop.netns;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Two nodes in namespaces of their own, for all tests of a class, which come one by one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
abstract class TwoNodes {
    TwoHosts hosts;
    Node a;
    Node b;

    /** The numbers of the messages that they send next, while none flow. */
    int nextOfA;

    int nextOfB;
    private boolean flowing;

    /** Starts the nodes, on hosts that are there already. */
    void startNodes(TwoHosts theHosts, Node.Kind kindOfA, Node.Kind kindOfB, String... jvmOptions)
            throws Exception {
        hosts = theHosts;
        a = Node.start(kindOfA, hosts.a(), 1, 2, List.of(jvmOptions));
        b = Node.start(kindOfB, hosts.b(), 2, 1, List.of(jvmOptions));
    }

    @AfterAll
    void stop() {
        for (Node node : new Node[] {a, b}) {
            if (node != null) {
                node.close();
            }
        }
        if (hosts != null) {
            hosts.close();
        }
    }

    List<Node> nodes() {
        return List.of(a, b);
    }

    /** Messages go both ways from now on. */
    void startFlows(int size, int microsBetweenMessages) {
        flowing = true;
        a.startFlow(size, microsBetweenMessages);
        b.startFlow(size, microsBetweenMessages);
    }

    void stopFlows() {
        if (flowing) {
            nextOfA = a.stopFlow();
            nextOfB = b.stopFlow();
            flowing = false;
        }
    }

    /** Nothing is lost any more, in both directions. */
    void assertFlows() throws Exception {
        Node.assertFlows(a, b);
        Node.assertFlows(b, a);
    }
}
