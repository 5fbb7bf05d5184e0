package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedKeyTest {
    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("authkey");
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 7 + 3);
        }
        return bytes;
    }

    private static void refused(Reason reason, ThrowingCallable call, String... words) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    private void write(int length, String permissions) throws IOException {
        Files.write(file, bytes(length));
        setPermissions(permissions);
    }

    private void setPermissions(String permissions) throws IOException {
        assumeTrue(hasPermissions(), "no POSIX permissions here");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private static boolean hasPermissions() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 129, 1024, 4095, 4096})
    void mayHave128To4096Bytes(int length) {
        try (SharedKey key = SharedKey.of(bytes(length))) {
            assertThat(key.length()).isEqualTo(length);
            assertThat(key.toByteArray()).isEqualTo(bytes(length));
            assertThat(key).hasToString("key of " + length + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 4097})
    void otherLengthsAreRefused(int length) {
        refused(
                Reason.INVALID_ARGUMENT,
                () -> SharedKey.of(bytes(length)),
                "key length",
                "value " + length,
                "allowed: 128 to 4096 bytes");
        refused(
                Reason.INVALID_ARGUMENT,
                () -> SharedKey.generate(length),
                "key length",
                "value " + length,
                "allowed: 128 to 4096 bytes");
    }

    @Test
    void copiesWhatItIsGivenAndWhatItGives() {
        byte[] given = bytes(128);
        try (SharedKey key = SharedKey.of(given)) {
            Arrays.fill(given, (byte) 0);
            assertThat(key.toByteArray()).isEqualTo(bytes(128));
            Arrays.fill(key.toByteArray(), (byte) 0);
            assertThat(key.toByteArray()).isEqualTo(bytes(128));
        }
    }

    @Test
    void generatedKeysAreAsLongAsDemandedAndNeverTheSame() {
        try (SharedKey one = SharedKey.generate();
                SharedKey other = SharedKey.generate();
                SharedKey small = SharedKey.generate(128)) {
            assertThat(one.length()).isEqualTo(1024);
            assertThat(small.length()).isEqualTo(128);
            assertThat(one.toByteArray()).isNotEqualTo(other.toByteArray());
            long values = Arrays.stream(boxed(one.toByteArray())).distinct().count();
            assertThat(values).as("different bytes among 1024").isGreaterThan(200);
        }
    }

    private static Byte[] boxed(byte[] bytes) {
        Byte[] boxed = new Byte[bytes.length];
        Arrays.setAll(boxed, i -> bytes[i]);
        return boxed;
    }

    @Test
    void closeOverwritesTheArray() {
        byte[] held = bytes(200);
        SharedKey key = new SharedKey(held);
        key.close();
        assertThat(held).containsOnly(0);
        key.close();
        assertThat(key.length()).isEqualTo(200);
        assertThat(key).hasToString("key of 200 bytes");
        assertThatIllegalStateException()
                .isThrownBy(key::toByteArray)
                .withMessage("the key was closed");
        assertThatIllegalStateException().isThrownBy(() -> key.write(file));
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"r--------", "rw-------", "rwx------"})
    void isReadFromAFileOfTheOwnerOnly(String permissions) throws IOException {
        write(1024, permissions);
        try (SharedKey key = SharedKey.read(file)) {
            assertThat(key.toByteArray()).isEqualTo(bytes(1024));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"r--r-----", "r-----r--", "r--r--r--", "rw--w----", "r-------x"})
    void aFileThatOthersCanAccessIsRefused(String permissions) throws IOException {
        write(1024, permissions);
        refused(
                Reason.INVALID_ARGUMENT,
                () -> SharedKey.read(file),
                "key file " + file,
                permissions,
                "allowed: none for group and others",
                "chmod 400");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 127, 4097, 100_000})
    void aFileOfAnotherLengthIsRefused(int length) throws IOException {
        write(length, "rw-------");
        refused(
                Reason.INVALID_ARGUMENT,
                () -> SharedKey.read(file),
                "key file " + file,
                "value " + length,
                "allowed: 128 to 4096 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 4096})
    void theShortestAndTheLongestFileAreRead(int length) throws IOException {
        write(length, "rw-------");
        try (SharedKey key = SharedKey.read(file)) {
            assertThat(key.toByteArray()).isEqualTo(bytes(length));
        }
    }

    @Test
    void filesThatCannotBeReadAreNamed() {
        refused(
                Reason.INVALID_ARGUMENT,
                () -> SharedKey.read(file),
                "key file " + file,
                "there is no such file");
        refused(
                Reason.INVALID_ARGUMENT,
                () -> SharedKey.read(folder),
                "key file " + folder,
                "is a directory");
    }

    @Test
    void isWrittenForTheOwnerToRead() throws IOException {
        try (SharedKey key = SharedKey.of(bytes(333))) {
            key.write(file);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes(333));
        if (hasPermissions()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("r--------");
        }
        try (SharedKey read = SharedKey.read(file)) {
            assertThat(read.toByteArray()).isEqualTo(bytes(333));
        }
    }

    @Test
    void neverOverwritesAFile() throws IOException {
        Files.write(file, new byte[] {1, 2, 3});
        try (SharedKey key = SharedKey.generate()) {
            refused(
                    Reason.ALREADY_EXISTS,
                    () -> key.write(file),
                    "key file " + file,
                    "exists already");
        }
        assertThat(Files.readAllBytes(file)).containsExactly(1, 2, 3);
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() {
        Path nowhere = folder.resolve("absent").resolve("authkey");
        try (SharedKey key = SharedKey.generate()) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    () -> key.write(nowhere),
                    "key file " + nowhere,
                    "cannot be written");
        }
    }
}
