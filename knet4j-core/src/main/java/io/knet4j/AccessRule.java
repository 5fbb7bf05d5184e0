package io.knet4j;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * An entry of a link's {@link AccessList}: which source addresses it matches, and what becomes of
 * them.
 *
 * <p>Only addresses are compared, never ports, and of IPv6 addresses not the scope. An IPv4 address
 * is matched by IPv4 rules only, an IPv6 address by IPv6 rules only. Answers to libknet's {@code
 * check_type_t} and {@code check_acceptreject_t}.
 *
 * {@snippet :
 * AccessRule office = AccessRule.parse("accept 10.0.0.0/8");
 * AccessRule guest = AccessRule.parse("reject 10.0.7.1-10.0.7.99");
 * }
 */
public sealed interface AccessRule {

    /** What becomes of a datagram that a rule matches. */
    enum Action {
        /** It is let in. */
        ACCEPT,
        /** It is dropped. */
        REJECT
    }

    /**
     * What becomes of a datagram that the rule matches.
     *
     * @return accept or reject
     */
    Action action();

    /**
     * Matches one address. Answers to {@code CHECK_TYPE_ADDRESS}.
     *
     * @param address the address
     * @param action accept or reject
     */
    record Address(InetAddress address, Action action) implements AccessRule {
        /**
         * Checks every value.
         *
         * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if one is missing
         */
        public Address {
            Checks.notNull("address", address);
            Checks.notNull("action", action);
        }

        /**
         * The rule as {@link AccessRule#parse} takes it.
         *
         * @return for example {@code accept 10.0.0.1}
         */
        @Override
        public String toString() {
            return AccessRuleText.of(action) + AccessRuleText.of(address);
        }
    }

    /**
     * Matches the addresses that are equal to a network in all bits that are 1 in a mask. Answers
     * to {@code CHECK_TYPE_MASK}.
     *
     * @param network address with 0 in all other bits; with others it would match nothing
     * @param mask of the same family; its ones need not be contiguous
     * @param action accept or reject
     */
    record Mask(InetAddress network, InetAddress mask, Action action) implements AccessRule {
        /**
         * Checks every value.
         *
         * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if one is missing, if the
         *     families differ, or if the network has bits outside the mask
         */
        public Mask {
            Checks.notNull("network", network);
            Checks.notNull("action", action);
            AccessRuleText.checkFamily("mask", Checks.notNull("mask", mask), "network", network);
            byte[] allowed = network.getAddress();
            byte[] ones = mask.getAddress();
            for (int i = 0; i < ones.length; i++) {
                allowed[i] &= ones[i];
            }
            if (!Arrays.equals(allowed, network.getAddress())) {
                throw ConfigurationException.invalid(
                        "network",
                        AccessRuleText.of(network),
                        "no bits outside the mask "
                                + AccessRuleText.of(mask)
                                + ", which leaves "
                                + AccessRuleText.of(AccessRuleText.address(allowed)));
            }
        }

        /**
         * A mask of as many ones as a prefix is long.
         *
         * @param network address with 0 behind the prefix
         * @param bits length of the prefix, 0 to 32, for IPv6 to 128
         * @param action accept or reject
         * @return the rule
         * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the length is out of
         *     its range or the network has bits behind the prefix
         */
        public static Mask ofPrefix(InetAddress network, int bits, Action action) {
            byte[] ones = new byte[Checks.notNull("network", network).getAddress().length];
            Checks.range("prefix length", bits, 0, 8 * ones.length);
            for (int i = 0; i < bits; i++) {
                ones[i / 8] |= (byte) (0x80 >>> i % 8);
            }
            return new Mask(network, AccessRuleText.address(ones), action);
        }

        /**
         * The rule as {@link AccessRule#parse} takes it.
         *
         * @return for example {@code accept 10.0.0.0/8}, or {@code reject 10.0.0.1/255.0.0.255} if
         *     the ones of the mask are not contiguous
         */
        @Override
        public String toString() {
            int bits = AccessRuleText.prefix(mask.getAddress());
            String ones = bits < 0 ? AccessRuleText.of(mask) : Integer.toString(bits);
            return AccessRuleText.of(action) + AccessRuleText.of(network) + '/' + ones;
        }
    }

    /**
     * Matches the addresses from one to another, both included. Answers to {@code
     * CHECK_TYPE_RANGE}.
     *
     * @param low the first
     * @param high the last, of the same family and not before the first
     * @param action accept or reject
     */
    record Range(InetAddress low, InetAddress high, Action action) implements AccessRule {
        /**
         * Checks every value.
         *
         * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if one is missing, if the
         *     families differ, or if the last address is before the first
         */
        public Range {
            Checks.notNull("low", low);
            Checks.notNull("action", action);
            AccessRuleText.checkFamily("high", Checks.notNull("high", high), "low", low);
            if (Arrays.compareUnsigned(low.getAddress(), high.getAddress()) > 0) {
                throw ConfigurationException.invalid(
                        "high",
                        AccessRuleText.of(high),
                        "addresses from low " + AccessRuleText.of(low) + " on");
            }
        }

        /**
         * The rule as {@link AccessRule#parse} takes it.
         *
         * @return for example {@code reject 10.0.0.10-10.0.0.20}
         */
        @Override
        public String toString() {
            return AccessRuleText.of(action)
                    + AccessRuleText.of(low)
                    + '-'
                    + AccessRuleText.of(high);
        }
    }

    /**
     * Reads a rule: {@code accept} or {@code reject}, then an address, a network with its prefix
     * length or mask behind a slash, or a range with a hyphen. It is what {@code toString} of the
     * rules writes.
     *
     * @param text for example {@code accept 10.0.0.0/8}, {@code reject fd00::1-fd00::ff} or {@code
     *     accept 10.0.0.1}
     * @return the rule
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the text is no rule, names
     *     a host instead of an address, or the rule itself is refused
     */
    static AccessRule parse(String text) {
        return AccessRuleText.parse(Checks.notNull("access rule", text));
    }
}
