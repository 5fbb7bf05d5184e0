/** How the costs of a node grow with the number of hosts: {@code knet bench scaling}. */
@NullMarked
package io.knet4j.bench.scaling;

import org.jspecify.annotations.NullMarked;
