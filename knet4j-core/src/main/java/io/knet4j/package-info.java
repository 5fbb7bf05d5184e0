/**
 * Redundant, encrypted network links between the nodes of a cluster, speaking the Kronosnet wire
 * protocol.
 */
@NullMarked
package io.knet4j;

import org.jspecify.annotations.NullMarked;
