package io.knet4j.bench;

import io.knet4j.CryptoCipher;
import io.knet4j.CryptoHash;
import io.knet4j.bench.Pair.Kind;
import io.knet4j.bench.Pair.Result;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Messages per second from host to host, of knet4j and the C library in turn. */
@Command(
        name = "throughput",
        description =
                "Messages per second over loopback, knet4j beside the C library, two processes each.",
        mixinStandardHelpOptions = true)
final class Throughput implements Callable<Integer> {
    @Option(
            names = "--rounds",
            description = "Rounds; medians are printed. Default: ${DEFAULT-VALUE}.")
    private int rounds = 5;

    @Option(
            names = "--sizes",
            split = ",",
            description = "Message sizes in bytes. Default: ${DEFAULT-VALUE}.")
    private List<Integer> sizes = List.of(64, 1400, 65_000);

    @Option(
            names = "--messages",
            description = "Messages per run of up to 16 KiB each. Default: ${DEFAULT-VALUE}.")
    private int messages = 200_000;

    @Option(
            names = "--crypto",
            split = ",",
            paramLabel = "CIPHER/HASH",
            description =
                    "Suites such as aes256/sha256, or none; or all. The C library uses its model"
                            + " openssl. Default: ${DEFAULT-VALUE}.")
    private List<String> suites = List.of("none");

    @Override
    public Integer call() throws Exception {
        System.out.printf(
                Locale.ROOT,
                "%8s  %-8s %12s %10s %8s %16s%n",
                "size",
                "library",
                "messages/s",
                "MB/s",
                "loss %",
                "CPU s/million");
        for (String suite : suites.equals(List.of("all")) ? all() : suites) {
            System.out.println("crypto: " + suite);
            for (int size : sizes) {
                measure(suite, size);
            }
        }
        return 0;
    }

    private static List<String> all() {
        List<String> all = new ArrayList<>(List.of("none"));
        for (CryptoCipher cipher : CryptoCipher.values()) {
            for (CryptoHash hash : CryptoHash.values()) {
                all.add(cipher + "/" + hash);
            }
        }
        return all;
    }

    private void measure(String suite, int size) throws Exception {
        int count = size > 16_384 ? messages / 10 : messages;
        Map<Kind, List<Result>> results = new EnumMap<>(Kind.class);
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            Map<Kind, Result> inThisRound = new EnumMap<>(Kind.class);
            for (Kind kind : Kind.values()) {
                try (Pair pair = Pair.start(kind, suite)) {
                    pair.run(size, count); // warm-up
                    Result result = pair.run(size, count);
                    results.computeIfAbsent(kind, _ -> new ArrayList<>()).add(result);
                    inThisRound.put(kind, result);
                }
            }
            ratios.add(rate(inThisRound, Kind.JAVA) / rate(inThisRound, Kind.C));
        }
        for (Kind kind : Kind.values()) {
            List<Result> all = results.getOrDefault(kind, List.of());
            System.out.printf(
                    Locale.ROOT,
                    "%8d  %-8s %12.0f %10.1f %8.2f %16.2f%n",
                    size,
                    kind == Kind.C ? "libknet" : "knet4j",
                    median(all, Result::messagesPerSecond),
                    median(all, Result::megabytesPerSecond),
                    median(all, Result::lossPercent),
                    median(all, Result::cpuSecondsPerMillion));
        }
        System.out.printf(
                Locale.ROOT,
                "%8d  knet4j / libknet: %.2f (median of the rounds; %.2f to %.2f)%n",
                size,
                median(ratios, Double::doubleValue),
                ratios.stream().mapToDouble(r -> r).min().orElse(0),
                ratios.stream().mapToDouble(r -> r).max().orElse(0));
    }

    private static double rate(Map<Kind, Result> results, Kind kind) {
        Result result = results.get(kind);
        return result == null ? Double.NaN : result.messagesPerSecond();
    }

    private static <T> double median(List<T> values, ToDoubleFunction<T> field) {
        double[] sorted = values.stream().mapToDouble(field).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
