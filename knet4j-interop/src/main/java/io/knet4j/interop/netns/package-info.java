/**
 * Hosts in network namespaces of Linux, joined by wires whose MTU, state, addresses and filters can
 * be changed while nodes talk over them. Needs root, {@code ip} of iproute2, and {@code iptables}.
 */
@NullMarked
package io.knet4j.interop.netns;

import org.jspecify.annotations.NullMarked;
