package io.knet4j.internal.node;

import io.knet4j.ConfigChange;
import io.knet4j.NodeConfig;
import io.knet4j.internal.engine.EnginePicture;
import io.knet4j.internal.security.KeySlots;
import java.lang.invoke.MethodHandles;
import java.util.List;

/**
 * Brings a node to a desired configuration: looks at what is in force, plans, prepares outside the
 * control loop what takes time or can fail, and has the loop switch in one step, unless something
 * has changed meanwhile.
 */
final class ConfigApplier {
    /** Only callbacks in the control loop can get in between, since other changes wait. */
    private static final int ATTEMPTS = 5;

    private final Node node;

    ConfigApplier(Node node) {
        this.node = node;
    }

    /** What is in force, and by which changes it came about. */
    private record Moment(EnginePicture picture, long changes) {}

    /** Has what the control loop needs loaded by the caller, since it must not wait for that. */
    private static void load() {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            for (Class<?> each :
                    List.of(
                            Moment.class,
                            EnginePicture.class,
                            EnginePicture.Host.class,
                            EnginePicture.Link.class,
                            KeySlots.Settings.class)) {
                lookup.ensureInitialized(each);
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private Moment moment() {
        load();
        return node.call(() -> new Moment(node.engine().picture(), node.changeCount()));
    }

    NodeConfig current() {
        return moment().picture.config();
    }

    List<ConfigChange> plan(NodeConfig desired) {
        DesiredConfig plan = new DesiredConfig(node, moment().picture, desired);
        plan.tryOut();
        return plan.changes();
    }

    /** To be called by one thread at a time, or by the control loop. */
    List<ConfigChange> apply(NodeConfig desired) {
        boolean inLoop = node.runtime().isLoop();
        for (int i = 0; i < ATTEMPTS && !inLoop; i++) {
            Moment moment = moment();
            DesiredConfig plan = new DesiredConfig(node, moment.picture, desired);
            if (plan.changes().isEmpty() || isDone(plan, moment)) {
                return plan.changes();
            }
        }
        return node.call(() -> {
            Moment moment = moment();
            DesiredConfig plan = new DesiredConfig(node, moment.picture, desired);
            if (!plan.changes().isEmpty() && !isDone(plan, moment)) {
                throw new IllegalStateException("the configuration changed by itself");
            }
            return plan.changes();
        });
    }

    private boolean isDone(DesiredConfig plan, Moment moment) {
        try (PreparedConfig prepared = plan.prepare()) {
            boolean done =
                    node.call(() -> {
                        if (node.changeCount() != moment.changes || !prepared.isCurrent()) {
                            return false;
                        }
                        node.countChange();
                        prepared.putInForce();
                        return true;
                    });
            boolean more = done;
            while (more) {
                more = node.call(prepared::finish);
            }
            return done;
        }
    }
}
