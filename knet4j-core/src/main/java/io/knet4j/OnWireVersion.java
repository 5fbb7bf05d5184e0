package io.knet4j;

/**
 * Packet format versions of a node.
 *
 * @param min lowest version that is understood
 * @param max highest version that is understood
 * @param current version that is sent
 */
public record OnWireVersion(int min, int max, int current) {}
