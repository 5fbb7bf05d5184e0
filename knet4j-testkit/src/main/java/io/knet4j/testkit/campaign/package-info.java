/** Many short simulations of random clusters under random faults, and what they found. */
@NullMarked
package io.knet4j.testkit.campaign;

import org.jspecify.annotations.NullMarked;
