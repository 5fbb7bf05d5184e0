/** JUnit support for tests that need the C library. */
@NullMarked
package io.knet4j.interop.junit;

import org.jspecify.annotations.NullMarked;
