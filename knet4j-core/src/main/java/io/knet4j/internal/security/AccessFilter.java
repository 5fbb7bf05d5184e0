package io.knet4j.internal.security;

import io.knet4j.AccessList;
import io.knet4j.AccessRule;
import io.knet4j.AccessRule.Action;
import io.knet4j.ConfigurationException;
import io.knet4j.Reason;
import io.knet4j.internal.security.ScatteredMasks.Scattered;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Access rules of which the first that matches decides, prepared for looking up addresses. No match
 * is a rejection. Immutable.
 */
public final class AccessFilter {
    /** Rejects everything. */
    public static final AccessFilter EMPTY = new AccessFilter(List.of());

    private final List<AccessRule> rules;
    private final boolean[] accepting;
    private final Family ipv4;
    private final Family ipv6;

    /** The rules for addresses of one family. */
    private static final class Family {
        private final boolean ipv6;
        private final AddressTable ranges;
        private final ScatteredMasks masks;

        private Family(List<AccessRule> rules, boolean ipv6) {
            this.ipv6 = ipv6;
            List<AddressRange> contiguous = new ArrayList<>();
            List<Scattered> scattered = new ArrayList<>();
            for (int i = 0; i < rules.size(); i++) {
                switch (rules.get(i)) {
                    case AccessRule.Address rule when isMine(rule.address()) -> {
                        AddressBits address = AddressBits.of(rule.address());
                        contiguous.add(new AddressRange(address, address.next(), i));
                    }
                    case AccessRule.Range rule when isMine(rule.low()) ->
                            contiguous.add(
                                    new AddressRange(
                                            AddressBits.of(rule.low()),
                                            AddressBits.of(rule.high()).next(),
                                            i));
                    case AccessRule.Mask rule when isMine(rule.network()) -> {
                        AddressBits network = AddressBits.of(rule.network());
                        AddressBits mask = AddressBits.of(rule.mask());
                        if (mask.equals(mask.leadingOnes(ipv6))) {
                            contiguous.add(prefix(network, mask, i));
                        } else {
                            scattered.add(new Scattered(network, mask, i));
                        }
                    }
                    default -> {}
                }
            }
            ranges = AddressTable.of(contiguous);
            masks = new ScatteredMasks(scattered);
        }

        private boolean isMine(InetAddress address) {
            return address instanceof Inet6Address == ipv6;
        }

        private AddressRange prefix(AddressBits network, AddressBits mask, int rule) {
            return new AddressRange(network, network.highestWithin(mask, ipv6).next(), rule);
        }

        private int firstRule(long high, long low) {
            return masks.firstRule(high, low, ranges.firstRule(high, low));
        }
    }

    private AccessFilter(List<AccessRule> rules) {
        this.rules = List.copyOf(rules);
        accepting = new boolean[rules.size()];
        for (int i = 0; i < accepting.length; i++) {
            accepting[i] = rules.get(i).action() == Action.ACCEPT;
        }
        ipv4 = new Family(rules, false);
        ipv6 = new Family(rules, true);
    }

    public static AccessFilter of(List<AccessRule> rules) {
        return rules.isEmpty() ? EMPTY : new AccessFilter(rules);
    }

    public List<AccessRule> rules() {
        return rules;
    }

    /**
     * With one more rule.
     *
     * @param index its place; -1, and what is beyond the end, is the end
     */
    public AccessFilter with(int index, AccessRule rule) {
        if (index < -1) {
            throw ConfigurationException.invalid("index", index, "-1 and more");
        }
        if (rules.size() == AccessList.MAX_RULES) {
            throw ConfigurationException.invalid(
                    "access list",
                    "with one more rule",
                    "up to " + AccessList.MAX_RULES + " rules");
        }
        if (rules.contains(rule)) {
            throw new ConfigurationException(
                    Reason.ALREADY_EXISTS, "access rule: the list already has '" + rule + '\'');
        }
        List<AccessRule> changed = new ArrayList<>(rules);
        changed.add(index == -1 ? rules.size() : Math.min(index, rules.size()), rule);
        return of(changed);
    }

    /** Without a rule; itself if it does not have the rule. */
    public AccessFilter without(AccessRule rule) {
        List<AccessRule> changed = new ArrayList<>(rules);
        return changed.remove(rule) ? of(changed) : this;
    }

    /** Whether packets from an address are accepted. */
    public boolean accepts(InetAddress address) {
        byte[] bytes = address.getAddress();
        int rule;
        if (bytes.length == Integer.BYTES) {
            rule = ipv4.firstRule(0, Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt()));
        } else {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            rule = ipv6.firstRule(buffer.getLong(0), buffer.getLong(Long.BYTES));
        }
        return rule != AddressTable.NONE && accepting[rule];
    }

    /**
     * Ranges outside which no address of the family is accepted. Inside them all are, but for what
     * masks with scattered ones say.
     */
    List<AddressRange> acceptable(boolean wanted6) {
        Family family = wanted6 ? ipv6 : ipv4;
        List<AddressRange> acceptable = new ArrayList<>();
        for (AddressRange segment : family.ranges.segments()) {
            if (segment.rule() != AddressTable.NONE && accepting[segment.rule()]) {
                acceptable.add(segment);
            }
        }
        for (Scattered rule : family.masks.all()) {
            if (accepting[rule.rule()]) {
                AddressBits hull = rule.mask().leadingOnes(wanted6);
                acceptable.add(family.prefix(rule.network().and(hull), hull, rule.rule()));
            }
        }
        return acceptable;
    }
}
