package io.knet4j.internal.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.knet4j.internal.compress.ActiveCompression;
import io.knet4j.internal.security.PacketSealer;
import java.util.Collections;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A sender goes by one table of routes, whole, while the control loop publishes the next ones. */
@JCStressTest
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "Before.")
@Outcome(id = "2, 2, 2", expect = ACCEPTABLE, desc = "The first table.")
@Outcome(id = "3, 3, 3", expect = ACCEPTABLE, desc = "The second table.")
@State
public class RoutesStress {
    private static final int HOST = 300;

    private final Shared shared = new Shared(1);

    private static RoutingTable table(int number) {
        HostRoute route = new HostRoute(HOST, false, number, false, List.of());
        return new RoutingTable(
                IdTable.<HostRoute>empty().with(HOST, route),
                Collections.nCopies(number, route),
                List.of(),
                null,
                number,
                PacketSealer.CLEAR,
                ActiveCompression.NONE);
    }

    @Actor
    public void loop() {
        shared.routes = table(2);
        shared.routes = table(3);
    }

    @Actor
    public void sender(III_Result r) {
        RoutingTable routes = shared.routes;
        HostRoute route = routes.route(HOST);
        r.r1 = routes.version();
        r.r2 = route == null ? 0 : route.dataMtu();
        r.r3 = routes.reachable().size();
    }
}
