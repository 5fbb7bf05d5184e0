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
    private boolean flowing;

    /** Starts the nodes, on hosts that are there already. */
    void startNodes(TwoHosts theHosts, Node.Kind kindOfA, Node.Kind kindOfB) throws Exception {
        hosts = theHosts;
        a = Node.start(kindOfA, hosts.a(), 1, 2);
        b = Node.start(kindOfB, hosts.b(), 2, 1);
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
            a.stopFlow();
            b.stopFlow();
            flowing = false;
        }
    }

    /** Nothing is lost any more, in both directions. */
    void assertFlows() throws Exception {
        Node.assertFlows(a, b);
        Node.assertFlows(b, a);
    }
}
