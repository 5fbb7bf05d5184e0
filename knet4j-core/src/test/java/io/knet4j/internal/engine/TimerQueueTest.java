package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.internal.engine.TimerQueue.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerQueueTest {
    private final TimerQueue queue = new TimerQueue();
    private final List<String> ran = new ArrayList<>();

    private Timer timer(String name) {
        return new Timer(now -> ran.add(name + "@" + now));
    }

    @Test
    void runsWhatIsDueInOrder() {
        queue.schedule(timer("c"), 30);
        queue.schedule(timer("a"), 10);
        queue.schedule(timer("b"), 20);
        assertThat(queue.next()).isEqualTo(10);
        queue.run(9);
        assertThat(ran).isEmpty();
        queue.run(25);
        assertThat(ran).containsExactly("a@25", "b@25");
        assertThat(queue.next()).isEqualTo(30);
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void saysNeverWhenNothingIsSet() {
        assertThat(queue.next()).isEqualTo(Long.MAX_VALUE);
        queue.run(Long.MAX_VALUE);
        assertThat(ran).isEmpty();
    }

    @Test
    void movesAndTakesBack() {
        Timer a = timer("a");
        Timer b = timer("b");
        queue.schedule(a, 10);
        queue.schedule(b, 20);
        queue.schedule(a, 30);
        assertThat(queue.next()).isEqualTo(20);
        queue.cancel(b);
        queue.cancel(b);
        assertThat(queue.next()).isEqualTo(30);
        queue.schedule(a, 5);
        queue.run(5);
        assertThat(ran).containsExactly("a@5");
        assertThat(queue.size()).isZero();
        queue.schedule(b, 6);
        queue.run(6);
        assertThat(ran).containsExactly("a@5", "b@6");
    }

    @Test
    void anActionMaySetTimersAndTakeThemBack() {
        Timer victim = timer("victim");
        Timer[] self = new Timer[1];
        self[0] =
                new Timer(now -> {
                    ran.add("self@" + now);
                    queue.cancel(victim);
                    queue.schedule(self[0], now + 10);
                });
        queue.schedule(self[0], 1);
        queue.schedule(victim, 1);
        queue.run(1);
        queue.run(11);
        assertThat(ran.stream().filter(name -> name.startsWith("self")))
                .containsExactly("self@1", "self@11");
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void doesNotRunVeryManyInOneGo() {
        for (int i = 0; i < 100; i++) {
            queue.schedule(timer("early"), 50 + i, 1000);
        }
        queue.schedule(timer("due"), 40);
        queue.run(40);
        assertThat(ran).hasSize(64).first().isEqualTo("due@40");
        queue.run(49);
        assertThat(ran).as("not before one of them is due").hasSize(64);
        queue.run(queue.next());
        assertThat(ran).hasSize(101);
    }

    @Test
    void understandsAClockThatWrapsAround() {
        queue.schedule(timer("later"), Long.MIN_VALUE + 5);
        queue.schedule(timer("first"), Long.MAX_VALUE - 5);
        queue.run(Long.MAX_VALUE);
        assertThat(ran).containsExactly("first@" + Long.MAX_VALUE);
        queue.run(Long.MIN_VALUE + 5);
        assertThat(ran).hasSize(2);
    }

    @Test
    void agreesWithASortedListOnRandomOperations() {
        long seed = Long.getLong("knet4j.seed", 11L);
        Random random = new Random(seed);
        Map<Integer, Long> model = new HashMap<>();
        List<Timer> timers = new ArrayList<>();
        List<Integer> fired = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int id = i;
            timers.add(new Timer(_ -> fired.add(id)));
        }
        long now = 0;
        for (int step = 0; step < 100_000; step++) {
            int id = random.nextInt(timers.size());
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    long due = now + random.nextInt(1000);
                    queue.schedule(timers.get(id), due);
                    model.put(id, due);
                }
                case 2 -> {
                    queue.cancel(timers.get(id));
                    model.remove(id);
                }
                default -> {
                    now += random.nextInt(20);
                    long time = now;
                    fired.clear();
                    do {
                        queue.run(now);
                    } while (queue.next() <= now);
                    List<Long> dues = fired.stream().map(model::get).toList();
                    assertThat(dues).as("seed %d", seed).doesNotContainNull().isSorted();
                    assertThat(fired)
                            .as("seed %d, step %d", seed, step)
                            .containsExactlyInAnyOrderElementsOf(
                                    model.keySet().stream()
                                            .filter(key -> model.get(key) <= time)
                                            .toList());
                    fired.forEach(model::remove);
                }
            }
            assertThat(queue.size()).isEqualTo(model.size());
            assertThat(queue.next())
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(model.values().stream().min(Long::compare).orElse(Long.MAX_VALUE));
        }
    }
}
