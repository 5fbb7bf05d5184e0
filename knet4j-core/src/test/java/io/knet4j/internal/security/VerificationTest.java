package io.knet4j.internal.security;

import static io.knet4j.internal.security.Suites.bytes;
import static io.knet4j.internal.security.Suites.key;
import static io.knet4j.internal.security.Suites.seal;
import static io.knet4j.internal.security.Suites.suite;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CryptoCipher;
import io.knet4j.CryptoHash;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Verification tells an attacker nothing by the time it takes. This is shown by what is done, not
 * by a clock: differences of nanoseconds drown in the noise of a test machine.
 */
class VerificationTest {

    /** Stands for the cipher and counts how often it is asked. */
    private static final class Counting implements AesCipher {
        private static final int PADDING = 8;

        private int decryptions;

        @Override
        public boolean makes(int length) {
            return true;
        }

        @Override
        public void begin(byte[] source, int length, byte[] target) {
            decryptions++;
        }

        @Override
        public void proceed(byte[] source, int length, byte[] target) {
            decryptions++;
        }

        @Override
        public boolean pads() {
            return true;
        }

        @Override
        public int pad(byte[] clear, int end) {
            throw new UnsupportedOperationException("never asked");
        }

        @Override
        public int padding(byte[] clear, int end) {
            return PADDING;
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsDecryptedBeforeTheWholeSignatureFits(CryptoHash hash) throws Exception {
        assertThat(decryptionsAfterFlipping(hash, 40, 1)).isEqualTo(1);
    }

    /** Of one in pieces no piece is, either. */
    @ParameterizedTest
    @EnumSource
    void noPieceIsDecryptedBeforeTheWholeSignatureFits(CryptoHash hash) throws Exception {
        int length = 3 * Pieces.BYTES + 40;
        int step = 1009; // meets every piece and the signature
        assertThat(decryptionsAfterFlipping(hash, length, step)).as("padding first").isEqualTo(5);
    }

    /**
     * Flips bits of a datagram, each by itself.
     *
     * @return how often the cipher was asked for the datagram as it was sealed
     */
    private static int decryptionsAfterFlipping(CryptoHash hash, int length, int step)
            throws Exception {
        Counting cipher = new Counting();
        byte[] key = key(1, 1024).toByteArray();
        PacketOpener opener = new JcaOpener(cipher, new PacketMac(hash, key), hash.digestBytes());
        byte[] datagram = seal(suite(CryptoCipher.AES256_CBC, hash).newSealer(), bytes(length));
        for (int bit = datagram.length * 8 - 1; bit >= 0; bit -= step) {
            byte[] flipped = datagram.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(opener.open(ByteBuffer.wrap(flipped), 0, flipped.length))
                    .isEqualTo(PacketOpener.NOT_SIGNED);
        }
        assertThat(cipher.decryptions).isZero();
        assertThat(opener.open(ByteBuffer.wrap(datagram), 0, datagram.length)).isEqualTo(length);
        return cipher.decryptions;
    }

    /**
     * The comparison is the JDK's that is made for this, and nothing in this method depends on what
     * it compares: the only branch is that on the length.
     */
    @Test
    @DisplayName("D26: signatures are compared in constant time")
    void signaturesAreComparedInConstantTime() throws IOException {
        List<CodeElement> code = code("fits");
        List<String> calls =
                code.stream()
                        .filter(InvokeInstruction.class::isInstance)
                        .map(InvokeInstruction.class::cast)
                        .map(call ->
                                call.owner().name().stringValue() + '.' + call.name().stringValue())
                        .toList();
        assertThat(calls)
                .containsExactly(
                        "javax/crypto/Mac.update",
                        "javax/crypto/Mac.doFinal",
                        "java/lang/System.arraycopy",
                        "java/security/MessageDigest.isEqual");
        assertThat(code).filteredOn(BranchInstruction.class::isInstance).hasSize(1);
        assertThat(code.indexOf(first(code, BranchInstruction.class)))
                .isLessThan(code.indexOf(first(code, InvokeInstruction.class)));
    }

    private static CodeElement first(List<CodeElement> code, Class<? extends Instruction> type) {
        return code.stream().filter(type::isInstance).findFirst().orElseThrow();
    }

    private static List<CodeElement> code(String method) throws IOException {
        try (InputStream bytes =
                Objects.requireNonNull(PacketMac.class.getResourceAsStream("PacketMac.class"))) {
            return ClassFile.of().parse(bytes.readAllBytes()).methods().stream()
                    .filter(one -> one.methodName().equalsString(method))
                    .findFirst()
                    .flatMap(one -> one.code())
                    .map(CodeModel::elementList)
                    .orElseThrow();
        }
    }
}
