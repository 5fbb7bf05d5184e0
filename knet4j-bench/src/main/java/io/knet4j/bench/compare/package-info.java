/**
 * The comparison of knet4j with the C library and others, which {@code knet bench --compare}
 * prints.
 */
@NullMarked
package io.knet4j.bench.compare;

import org.jspecify.annotations.NullMarked;
