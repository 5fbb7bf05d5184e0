package io.knet4j;

import io.knet4j.AccessRule.Action;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/** Access rules as text. */
final class AccessRuleText {
    private static final String FORMS =
            "'accept' or 'reject', then ADDRESS, NETWORK/PREFIX, NETWORK/MASK or LOW-HIGH";

    private AccessRuleText() {}

    static AccessRule parse(String text) {
        String[] words = text.strip().split("\\s+");
        Action action =
                switch (words[0].toLowerCase(Locale.ROOT)) {
                    case "accept" -> Action.ACCEPT;
                    case "reject" -> Action.REJECT;
                    default -> null;
                };
        if (action == null || words.length != 2) {
            throw ConfigurationException.invalid("access rule", '\'' + text + '\'', FORMS);
        }
        int slash = words[1].indexOf('/');
        int hyphen = words[1].indexOf('-');
        if (slash >= 0) {
            InetAddress network = literal(text, words[1].substring(0, slash));
            String mask = words[1].substring(slash + 1);
            return mask.matches("[0-9]{1,3}")
                    ? AccessRule.Mask.ofPrefix(network, Integer.parseInt(mask), action)
                    : new AccessRule.Mask(network, literal(text, mask), action);
        }
        if (hyphen >= 0) {
            return new AccessRule.Range(
                    literal(text, words[1].substring(0, hyphen)),
                    literal(text, words[1].substring(hyphen + 1)),
                    action);
        }
        return new AccessRule.Address(literal(text, words[1]), action);
    }

    private static InetAddress literal(String text, String address) {
        try {
            return InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    Reason.INVALID_ARGUMENT,
                    "access rule: value '"
                            + text
                            + "' is not allowed: '"
                            + address
                            + "' is no address; allowed: "
                            + FORMS,
                    e);
        }
    }

    static String of(Action action) {
        return action == Action.ACCEPT ? "accept " : "reject ";
    }

    static String of(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // they have the length of an address
        }
    }

    static void checkFamily(String field, InetAddress value, String otherField, InetAddress other) {
        if ((value instanceof Inet6Address) != (other instanceof Inet6Address)) {
            throw ConfigurationException.invalid(
                    field,
                    of(value),
                    "an address of the same family as " + otherField + ' ' + of(other));
        }
    }

    /** Number of leading ones, -1 when there are others. */
    static int prefix(byte[] ones) {
        int bits = 0;
        while (bits < 8 * ones.length && (ones[bits / 8] & 0x80 >>> bits % 8) != 0) {
            bits++;
        }
        for (int i = bits; i < 8 * ones.length; i++) {
            if ((ones[i / 8] & 0x80 >>> i % 8) != 0) {
                return -1;
            }
        }
        return bits;
    }
}
