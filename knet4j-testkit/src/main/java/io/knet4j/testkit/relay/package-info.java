/** A UDP relay that misbehaves on demand, for tests of link failure over real sockets. */
@NullMarked
package io.knet4j.testkit.relay;

import org.jspecify.annotations.NullMarked;
