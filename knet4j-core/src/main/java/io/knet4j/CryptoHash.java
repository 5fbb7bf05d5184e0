package io.knet4j;

/**
 * How packets are signed: HMAC with this hash, in full length, behind every packet. Answers to
 * {@code knet_get_crypto_hash_list}.
 */
public enum CryptoHash {
    /** 16 bytes; for old configurations only. */
    MD5("md5", 16),
    /** 20 bytes. */
    SHA1("sha1", 20),
    /** 32 bytes: what clusters usually run. */
    SHA256("sha256", 32),
    /** 48 bytes. */
    SHA384("sha384", 48),
    /** 64 bytes. */
    SHA512("sha512", 64);

    private final String hashName;
    private final int digestBytes;

    CryptoHash(String hashName, int digestBytes) {
        this.hashName = hashName;
        this.digestBytes = digestBytes;
    }

    /**
     * Finds a hash by its name in libknet.
     *
     * @param name {@code md5}, {@code sha1}, {@code sha256}, {@code sha384} or {@code sha512}; case
     *     does not matter
     * @return the hash
     * @throws ConfigurationException {@link Reason#UNKNOWN_ALGORITHM} for any other name
     */
    public static CryptoHash named(String name) {
        Checks.notNull("hash", name);
        for (CryptoHash hash : values()) {
            if (hash.hashName.equalsIgnoreCase(name)) {
                return hash;
            }
        }
        throw ConfigurationException.unknown("hash", name, "md5, sha1, sha256, sha384, sha512");
    }

    /**
     * The name, as in {@code crypto_hash} of corosync.conf.
     *
     * @return for example {@code sha256}
     */
    public String hashName() {
        return hashName;
    }

    /**
     * Length of the signature.
     *
     * @return 16 to 64 bytes
     */
    public int digestBytes() {
        return digestBytes;
    }

    /**
     * The same in bits. Answers to {@code hash_bits} of {@code knet_get_crypto_hash_list}.
     *
     * @return 128 to 512 bits
     */
    public int digestBits() {
        return digestBytes * 8;
    }

    @Override
    public String toString() {
        return hashName;
    }
}
