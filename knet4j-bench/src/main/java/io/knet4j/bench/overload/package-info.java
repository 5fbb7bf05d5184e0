/** What becomes of honest traffic when others send more than a node can take. */
@NullMarked
package io.knet4j.bench.overload;

import org.jspecify.annotations.NullMarked;
