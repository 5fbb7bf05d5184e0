/**
 * Packet layouts and codecs, sequence window, fragmentation and reassembly: the only place that
 * knows offsets.
 */
@NullMarked
package io.knet4j.internal.onwire;

import org.jspecify.annotations.NullMarked;
