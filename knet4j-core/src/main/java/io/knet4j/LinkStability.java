package io.knet4j;

import java.time.Duration;
import java.util.Optional;

/**
 * What speaks against a link by {@link FlapControl}. Nothing does while that is off.
 *
 * @param heldDown how much longer the link is held down since it came up again; empty when it is
 *     not
 * @param penalty what is left of the penalties for going down, 0 or more
 * @param suppressed how much longer the link is suppressed unless it goes down again, whether it is
 *     up or down; empty when it is not
 * @param lossy whether the link loses too much
 */
public record LinkStability(
        Optional<Duration> heldDown, int penalty, Optional<Duration> suppressed, boolean lossy) {}
