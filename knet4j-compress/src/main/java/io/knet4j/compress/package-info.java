/** Providers of compression methods. Applications need not name them. */
@NullMarked
package io.knet4j.compress;

import org.jspecify.annotations.NullMarked;
