/**
 * A redundant, fault tolerant network transport for the nodes of a cluster, wire compatible with
 * Kronosnet's libknet 1.x.
 *
 * <p>Start at {@link io.knet4j.Knet#builder(int)}.
 */
@NullMarked
package io.knet4j;

import org.jspecify.annotations.NullMarked;
