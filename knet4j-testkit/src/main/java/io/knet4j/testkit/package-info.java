/**
 * A simulated network: nodes of a cluster in one thread and in virtual time, on a network that
 * loses, delays, reorders, copies and damages datagrams as a seed decides. Start at {@link
 * io.knet4j.testkit.SimNetwork#simulate}.
 */
@NullMarked
package io.knet4j.testkit;

import org.jspecify.annotations.NullMarked;
