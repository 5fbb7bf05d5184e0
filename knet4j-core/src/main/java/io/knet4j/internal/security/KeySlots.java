package io.knet4j.internal.security;

import io.knet4j.ClearTraffic;
import io.knet4j.ConfigurationException;
import io.knet4j.Crypto;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.CryptoSettings;
import io.knet4j.CryptoStatus;
import io.knet4j.DropCause;
import io.knet4j.Reason;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Packets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Two suites, of which either opens what is received and one, or none, seals what is sent. Belongs
 * to the control loop, except {@link #senderSealer()}, which is made for senders.
 */
public final class KeySlots {
    /** Result of {@link #open}: {@link #refusal()} tells why. */
    public static final int REFUSED = -1;

    private static final int CLEAR = 0;

    private final @Nullable Slot[] slots = new Slot[Crypto.SLOTS + 1];
    private Slot[] order = {};
    private int sending = CLEAR;
    private ClearTraffic clearTraffic = ClearTraffic.ALLOW;
    private long clearPackets;

    // Each has one writer at a time; all may be read by any thread.
    private final AtomicLong sealedByControl = new AtomicLong();
    private final AtomicLong sealedBySenders = new AtomicLong();
    private final List<AtomicLong> sealedByHelpers;
    private final AtomicLong openedPackets = new AtomicLong();

    /** The datagram that is being opened, while it is not sure by which slot. */
    private byte[] kept = {};

    private int packetOffset;
    private boolean sealed;
    private DropCause refusal = DropCause.NOT_AUTHENTIC;

    /** For packets that only the caller's thread seals. */
    public KeySlots() {
        this(0);
    }

    /**
     * @param helpers number of threads that help to seal what senders send
     */
    public KeySlots(int helpers) {
        sealedByHelpers = Stream.generate(AtomicLong::new).limit(helpers).toList();
    }

    /** Makes ready all that the suite needs in a slot. May be called by any thread. */
    public Slot newSlot(PacketSuite suite) {
        return new Slot(suite, sealedByHelpers.size());
    }

    /** What a slot is or can be set to. */
    public static final class Slot {
        private final PacketSuite suite;
        private final PacketOpener opener;
        private PacketSealer controlSealer;
        private PacketSealer senderSealer;
        private final List<PacketSealer> helpers;
        private int number;
        private long packets;

        private Slot(PacketSuite suite, int helpers) {
            this.suite = suite;
            opener = suite.newOpener();
            controlSealer = suite.newSealer();
            senderSealer = suite.newSealer();
            this.helpers = Stream.generate(suite::newSealer).limit(helpers).toList();
        }

        private void countBy(
                AtomicLong byControl, AtomicLong bySenders, List<AtomicLong> byHelpers) {
            if (!(controlSealer instanceof CountingSealer)) { // it may move between slots
                controlSealer = new CountingSealer(controlSealer, byControl, List.of());
                senderSealer = new CountingSealer(senderSealer, bySenders, countedBy(byHelpers));
            }
        }

        private List<PacketSealer> countedBy(List<AtomicLong> counts) {
            List<PacketSealer> counted = new ArrayList<>();
            for (int i = 0; i < helpers.size(); i++) {
                counted.add(new CountingSealer(helpers.get(i), counts.get(i), List.of()));
            }
            return List.copyOf(counted);
        }

        private int prefix() {
            return suite.arithmetic().salt();
        }

        public PacketSuite suite() {
            return suite;
        }
    }

    /**
     * All settings.
     *
     * @param first what slot 1 is set to
     * @param second what slot 2 is set to, another object
     */
    public record Settings(
            @Nullable Slot first, @Nullable Slot second, int sending, ClearTraffic clearTraffic) {

        public @Nullable Slot slot(int number) {
            return number == 1 ? first : second;
        }

        /** The same as a configuration. */
        public CryptoSettings config() {
            return new CryptoSettings(config(first), config(second), sending, clearTraffic);
        }

        private static Optional<CryptoConfig> config(@Nullable Slot slot) {
            return Optional.ofNullable(slot).map(set -> set.suite.config());
        }
    }

    /** Counts what is sealed. */
    private static final class CountingSealer implements PacketSealer {
        private final PacketSealer sealer;
        private final AtomicLong count;
        private final List<PacketSealer> helpers;

        private CountingSealer(PacketSealer sealer, AtomicLong count, List<PacketSealer> helpers) {
            this.sealer = sealer;
            this.count = count;
            this.helpers = helpers;
        }

        @Override
        public List<PacketSealer> helpers() {
            return helpers;
        }

        @Override
        public MtuArithmetic arithmetic() {
            return sealer.arithmetic();
        }

        @Override
        public int seal(ByteBuffer memory, int offset, int length) {
            return counted(sealer.seal(memory, offset, length));
        }

        @Override
        public int seal(
                ByteBuffer memory,
                int offset,
                int header,
                ByteBuffer source,
                int sourceOffset,
                int length) {
            return counted(sealer.seal(memory, offset, header, source, sourceOffset, length));
        }

        private int counted(int result) {
            if (result != FAILED) {
                KeySlots.count(count);
            }
            return result;
        }
    }

    // ---- settings

    /** Sets a slot that is not in use for sending. */
    public void set(int number, PacketSuite suite) {
        checkNotSending(number);
        replace(number, newSlot(suite));
    }

    /** Empties a slot that is not in use for sending. */
    public void clear(int number) {
        checkNotSending(number);
        replace(number, null);
    }

    private void checkNotSending(int number) {
        checkNumber(number, 1);
        if (number == sending) {
            throw new ConfigurationException(
                    Reason.SLOT_IN_USE,
                    "slot: " + number + " is in use for sending; use another one first");
        }
    }

    private static void checkNumber(int number, int min) {
        if (number < min || number > Crypto.SLOTS) {
            throw ConfigurationException.invalid("slot", number, min + " to " + Crypto.SLOTS);
        }
    }

    private void replace(int number, @Nullable Slot slot) {
        Slot before = slots[number];
        install(number, slot);
        if (before != null) {
            before.suite.wipe();
        }
        sort();
    }

    private void install(int number, @Nullable Slot slot) {
        slots[number] = slot;
        if (slot != null) {
            slot.number = number;
            slot.countBy(sealedByControl, sealedBySenders, sealedByHelpers);
        }
    }

    /** Whether no slot is set. */
    public boolean isEmpty() {
        return order.length == 0;
    }

    /** Chooses the slot for sending, 0 for none. */
    public void use(int number) {
        checkNumber(number, CLEAR);
        if (number != CLEAR && slots[number] == null) {
            throw new ConfigurationException(
                    Reason.NOT_FOUND, "slot: " + number + " is empty; set it first");
        }
        sending = number;
        sort();
    }

    public void setClearTraffic(ClearTraffic policy) {
        clearTraffic = policy;
    }

    /** Sets slot 1, uses it, empties the other, and refuses clear traffic. */
    public void enable(PacketSuite suite) {
        replace(1, newSlot(suite));
        use(1);
        replace(2, null);
        clearTraffic = ClearTraffic.REFUSE;
    }

    /** Sends clear, empties both slots, and accepts clear traffic. */
    public void disable() {
        clearTraffic = ClearTraffic.ALLOW;
        use(CLEAR);
        replace(1, null);
        replace(2, null);
    }

    /** What is set now. */
    public Settings settings() {
        return new Settings(slots[1], slots[2], sending, clearTraffic);
    }

    /** Sets everything at once. Keys that are in no slot any more are overwritten. */
    public void setAll(Settings settings) {
        for (Slot slot : order) {
            if (slot != settings.first && slot != settings.second) {
                slot.suite.wipe();
            }
        }
        for (int number = 1; number <= Crypto.SLOTS; number++) {
            install(number, settings.slot(number));
        }
        sending = settings.sending;
        clearTraffic = settings.clearTraffic;
        sort();
    }

    /** Datagrams are tried with the slot for sending first: it is the likeliest. */
    private void sort() {
        List<Slot> sorted = new ArrayList<>();
        for (Slot slot : slots) {
            if (slot != null) {
                sorted.add(slot.number == sending ? 0 : sorted.size(), slot);
            }
        }
        order = sorted.toArray(Slot[]::new);
    }

    public CryptoStatus status() {
        List<CryptoStatus.Slot> set = new ArrayList<>();
        for (Slot slot : slots) {
            if (slot != null) {
                PacketSuite suite = slot.suite;
                set.add(
                        new CryptoStatus.Slot(
                                slot.number,
                                suite.cipher(),
                                suite.hash(),
                                suite.keyBytes(),
                                slot.packets));
            }
        }
        return new CryptoStatus(sending, set, clearTraffic, clearPackets);
    }

    /** Packets sealed by any slot, of all kinds. May be called by any thread. */
    public long sealedPackets() {
        long sealedPackets = sealedByControl.getOpaque() + sealedBySenders.getOpaque();
        for (AtomicLong count : sealedByHelpers) {
            sealedPackets += count.getOpaque();
        }
        return sealedPackets;
    }

    /** Packets opened by any slot, of all kinds. May be called by any thread. */
    public long openedPackets() {
        return openedPackets.getOpaque();
    }

    private static void count(AtomicLong counter) {
        counter.setOpaque(counter.getPlain() + 1);
    }

    /** Overwrites all keys. */
    public void wipe() {
        for (Slot slot : order) {
            slot.suite.wipe();
        }
    }

    // ---- packets

    /** Seals what the control loop sends. */
    public PacketSealer controlSealer() {
        Slot slot = slots[sending];
        return slot == null ? PacketSealer.CLEAR : slot.controlSealer;
    }

    /** Seals what senders send. */
    public PacketSealer senderSealer() {
        Slot slot = slots[sending];
        return slot == null ? PacketSealer.CLEAR : slot.senderSealer;
    }

    /**
     * Opens a datagram in place, by the first slot that can. Others are taken for clear where that
     * is allowed, unless they are obviously not.
     *
     * @return length of the packet, which starts at {@link #packetOffset()}, or {@link #REFUSED}
     */
    public int open(ByteBuffer memory, int offset, int length) {
        boolean signed = false;
        Slot unlikely = null;
        if (order.length > 1) {
            keep(memory, offset, length);
        }
        for (Slot slot : order) {
            int opened = slot.opener.open(memory, offset, length);
            if (opened >= 0) {
                if (order.length == 1 || Packets.isLikely(memory, offset + slot.prefix(), opened)) {
                    return opened(slot, memory, offset, opened);
                }
                // Slots that differ in the cipher only have the same signatures.
                memory.put(offset, kept, 0, length);
                unlikely = unlikely == null ? slot : unlikely;
            }
            signed |= opened == PacketOpener.NOT_READABLE;
        }
        if (unlikely != null) {
            int opened = unlikely.opener.open(memory, offset, length);
            return opened(unlikely, memory, offset, opened);
        }
        if (signed) {
            return refuse(DropCause.OTHER_CIPHER); // not clear: nobody else can sign so
        }
        boolean clearAllowed = clearTraffic == ClearTraffic.ALLOW;
        if (clearAllowed && !Packets.isScrambled(memory, offset, length)) {
            packetOffset = offset;
            sealed = false;
            clearPackets++;
            return length;
        }
        if (!clearAllowed && Packets.isPlausible(memory, offset, length)) {
            return refuse(DropCause.CLEAR_TRAFFIC);
        }
        return refuse(isEmpty() ? DropCause.ENCRYPTED : DropCause.NOT_AUTHENTIC);
    }

    private void keep(ByteBuffer memory, int offset, int length) {
        if (kept.length < length) {
            kept = Scratch.forAtLeast(length);
        }
        memory.get(offset, kept, 0, length);
    }

    private int opened(Slot slot, ByteBuffer memory, int offset, int length) {
        packetOffset = offset + slot.prefix();
        if (Packets.isScrambled(memory, packetOffset, length)) {
            return refuse(DropCause.OTHER_CIPHER);
        }
        slot.packets++;
        sealed = true;
        count(openedPackets);
        return length;
    }

    private int refuse(DropCause cause) {
        refusal = cause;
        return REFUSED;
    }

    /** Where the packet starts that was opened last. */
    public int packetOffset() {
        return packetOffset;
    }

    /** Whether the packet that was opened last was sealed. */
    public boolean wasSealed() {
        return sealed;
    }

    /** Why the last datagram was refused. */
    public DropCause refusal() {
        return refusal;
    }

    /**
     * The hash with which a datagram is signed by the key of a slot, null when no key fits. Slow.
     */
    public @Nullable CryptoHash signedWith(ByteBuffer memory, int offset, int length) {
        for (Slot slot : order) {
            CryptoHash hash = slot.suite.signedWith(memory, offset, length);
            if (hash != null) {
                return hash;
            }
        }
        return null;
    }
}
