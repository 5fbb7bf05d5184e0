/** Measurements between two machines: {@code knet bench --listen} and {@code --connect}. */
@NullMarked
package io.knet4j.bench.remote;

import org.jspecify.annotations.NullMarked;
