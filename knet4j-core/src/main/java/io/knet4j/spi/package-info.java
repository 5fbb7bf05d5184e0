/** What who adds compression methods to knet4j implements. Applications need nothing of it. */
@NullMarked
package io.knet4j.spi;

import org.jspecify.annotations.NullMarked;
