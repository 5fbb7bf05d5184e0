/**
 * A redundant, fault tolerant network transport for the nodes of a cluster, wire compatible with
 * Kronosnet's libknet 1.x.
 *
 * <p>Start at {@link io.knet4j.Knet#builder(int)}. Null arguments cause a NullPointerException
 * unless they are marked {@code @Nullable}.
 *
 * <p>Logs to {@link System.Logger}: {@code io.knet4j.events} has every {@link io.knet4j.KnetEvent}
 * (INFO when something came up, WARNING when something failed, DEBUG for the rest), {@code
 * io.knet4j.drops} the first drop of each cause and then a line per minute, {@code
 * io.knet4j.runtime} what went wrong inside.
 */
@NullMarked
package io.knet4j;

import org.jspecify.annotations.NullMarked;
