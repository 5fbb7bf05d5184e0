package io.knet4j.internal.security;

/**
 * Addresses that a rule matches.
 *
 * @param start the first
 * @param end behind the last; {@link AddressBits#ZERO} behind the highest that there is
 * @param rule number of the rule
 */
record AddressRange(AddressBits start, AddressBits end, int rule) {}
