package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.knet4j.internal.engine.Parallel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HelperThreadsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int THREADS = 4;

    private final ConcurrentLinkedQueue<Throwable> trouble = new ConcurrentLinkedQueue<>();
    private final HelperThreads helpers = new HelperThreads("helping", THREADS, trouble::add);

    @AfterEach
    void everyHelperEnds() throws InterruptedException {
        helpers.stop();
        for (Thread helper : helpers.all()) {
            if (helper.getState() != Thread.State.NEW) {
                assertThat(helper.join(LONG)).isTrue();
            }
        }
    }

    /** Helpers that come late find the next run, whose pieces are others. */
    @Test
    void everyPieceIsDoneOnceByOneThreadOfItsNumberBeforeTheRunEnds() {
        long seed = Long.getLong("knet4j.seed", 3L);
        Random random = new Random(seed);
        AtomicReferenceArray<Thread> byNumber = new AtomicReferenceArray<>(THREADS);
        ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
        int[] work = new int[1];
        for (int run = 0; run < 20_000; run++) {
            int pieces = random.nextInt(9);
            AtomicIntegerArray done = new AtomicIntegerArray(pieces);
            int size = random.nextInt(300);
            helpers.run(
                    (piece, number) -> {
                        Thread thread = Thread.currentThread();
                        Thread before = byNumber.compareAndExchange(number, null, thread);
                        if (before != null && before != thread) {
                            errors.add("two threads are number " + number);
                        }
                        for (int i = 0; i < size; i++) {
                            Thread.onSpinWait();
                        }
                        done.incrementAndGet(piece);
                    },
                    pieces);
            for (int piece = 0; piece < pieces; piece++) {
                if (done.get(piece) != 1) {
                    errors.add("run " + run + ", piece " + piece + ": " + done.get(piece));
                }
            }
            work[0] += pieces;
        }
        assertThat(errors).as("seed %d", seed).isEmpty();
        assertThat(byNumber.get(0)).isSameAs(Thread.currentThread());
        assertThat(byNumber.get(1)).as("somebody helped").isNotNull();
        assertThat(trouble).isEmpty();
    }

    @Test
    void helpersStartWhenThereIsSomethingToShare() {
        assertThat(helpers.threads()).isEqualTo(THREADS);
        helpers.run((_, number) -> assertThat(number).isZero(), 1);
        helpers.run((_, _) -> {}, 0);
        assertThat(helpers.all()).allMatch(one -> one.getState() == Thread.State.NEW);
        helpers.run((_, _) -> {}, 2);
        assertThat(helpers.all()).noneMatch(one -> one.getState() == Thread.State.NEW);
        assertThat(helpers.all())
                .extracting(Thread::getName)
                .containsExactly("helping-1", "helping-2", "helping-3");
        assertThat(helpers.all()).allMatch(Thread::isDaemon);
    }

    /** All at once, or the last one would wait for ever. */
    @Test
    void allThreadsWorkAtATime() {
        CountDownLatch all = new CountDownLatch(THREADS);
        helpers.run((_, _) -> meet(all), THREADS);
        assertThat(all.getCount()).isZero();
    }

    private static void meet(CountDownLatch all) {
        all.countDown();
        try {
            all.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatAHelperThrowsIsToldAndHoldsUpNobody() {
        for (int run = 0; run < 3; run++) {
            CountDownLatch all = new CountDownLatch(THREADS);
            AtomicInteger done = new AtomicInteger();
            helpers.run(
                    (_, number) -> {
                        if (all.getCount() > 0) {
                            meet(all);
                            if (number != 0) {
                                throw new StackOverflowError("of helper " + number);
                            }
                        }
                        done.incrementAndGet();
                    },
                    20);
            assertThat(done).hasValue(20 - (THREADS - 1));
        }
        assertThat(trouble)
                .hasSize(3 * (THREADS - 1))
                .hasOnlyElementsOfType(StackOverflowError.class);
    }

    @Test
    void whatTheCallerThrowsIsThrownWhenAllHaveEnded() {
        CountDownLatch all = new CountDownLatch(THREADS);
        AtomicInteger done = new AtomicInteger();
        Parallel.Task task =
                (piece, number) -> {
                    if (piece < THREADS) {
                        meet(all);
                    }
                    if (number == 0) {
                        throw new IllegalStateException("of the caller");
                    }
                    for (int i = 0; i < 10_000; i++) {
                        Thread.onSpinWait();
                    }
                    done.incrementAndGet();
                };
        assertThatIllegalStateException().isThrownBy(() -> helpers.run(task, THREADS));
        assertThat(done).hasValue(THREADS - 1);
        assertThat(trouble).isEmpty();
    }

    @Test
    void anInterruptedCallerWaitsAndStaysInterrupted() {
        CountDownLatch all = new CountDownLatch(THREADS);
        AtomicInteger done = new AtomicInteger();
        helpers.run(
                (_, number) -> {
                    meet(all);
                    if (number == 0) {
                        Thread.currentThread().interrupt();
                    } else {
                        while (!isWaiting(Thread.currentThread(), number)) {
                            Thread.onSpinWait();
                        }
                    }
                    done.incrementAndGet();
                },
                THREADS);
        assertThat(done).hasValue(THREADS);
        assertThat(Thread.interrupted()).isTrue();
    }

    private final Thread test = Thread.currentThread();

    /** The caller sleeps, whoever asks. */
    private boolean isWaiting(Thread helper, int number) {
        assertThat(helper).isSameAs(helpers.all()[number - 1]);
        return test.getState() == Thread.State.WAITING;
    }

    @Test
    void stoppedHelpersFinishWhatTheyDoAndTheCallerDoesTheRest() throws InterruptedException {
        CountDownLatch all = new CountDownLatch(THREADS);
        AtomicInteger done = new AtomicInteger();
        helpers.run(
                (_, _) -> {
                    if (all.getCount() > 0) {
                        meet(all);
                        helpers.stop();
                    }
                    done.incrementAndGet();
                },
                100);
        assertThat(done).hasValue(100);
        for (Thread helper : helpers.all()) {
            assertThat(helper.join(LONG)).isTrue();
        }
        int[] numbers = new int[10];
        Arrays.fill(numbers, -1);
        helpers.run((piece, number) -> numbers[piece] = number, 10);
        assertThat(numbers).containsOnly(0);
    }
}
