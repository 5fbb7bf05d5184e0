/** Long runs with a C node, while links are cut. */
@NullMarked
package io.knet4j.bench.soak;

import org.jspecify.annotations.NullMarked;
