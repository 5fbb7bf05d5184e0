/** Measurements of knet4j, beside the C library where there is something to compare. */
@NullMarked
package io.knet4j.bench;

import org.jspecify.annotations.NullMarked;
