/** The compression methods that are available, and zlib, which always is. */
@NullMarked
package io.knet4j.internal.compress;

import org.jspecify.annotations.NullMarked;
