/**
 * A redundant, fault tolerant network transport for the nodes of a cluster, wire compatible with
 * Kronosnet's libknet 1.x.
 *
 * <p>Start at {@link io.knet4j.Knet#builder(int)}. Null arguments cause a NullPointerException
 * unless they are marked {@code @Nullable}.
 *
 * <p>Logs to {@link System.Logger}s, one for each {@link io.knet4j.LogSubsystem}: every {@link
 * io.knet4j.KnetEvent} (WARNING when something failed, INFO when something came up or changed its
 * way, DEBUG for the size of fragments), which is the last parameter of its record, if nothing was
 * thrown; drops and failures that repeat themselves at once and then at most once per minute and
 * kind, with their number; changes of the configuration at DEBUG; what went wrong inside at ERROR.
 */
@NullMarked
package io.knet4j;

import org.jspecify.annotations.NullMarked;
