package io.knet4j.internal.engine;

import java.time.Instant;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Clocks for what is told to people. Nothing that the engine does depends on them.
 *
 * @param wallClock time of the day
 * @param stopwatch nanoseconds, for measuring how long a computation takes; stands still meanwhile
 *     in a simulation
 */
public record Clocks(Supplier<Instant> wallClock, LongSupplier stopwatch) {}
