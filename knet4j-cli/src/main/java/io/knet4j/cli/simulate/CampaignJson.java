package io.knet4j.cli.simulate;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.knet4j.testkit.campaign.CampaignReport;
import java.util.SortedMap;

/** What a campaign found, for programs. */
final class CampaignJson {

    private CampaignJson() {}

    static String line(long seed, CampaignReport report) {
        JsonObject json = new JsonObject();
        json.addProperty("event", "campaign");
        json.addProperty("clean", report.isClean());
        json.addProperty("seed", seed);
        json.addProperty("runs", report.runs());
        json.addProperty("seconds", report.seconds());
        json.addProperty("runs_per_second", report.runs() / report.seconds());
        json.addProperty("simulated_seconds", report.simulatedSeconds());
        json.addProperty("messages", report.messages());
        json.addProperty("datagrams", report.datagrams());
        json.addProperty("lost_datagrams", report.lostDatagrams());
        json.add("faults", counts(report.faults()));
        json.add("checks", counts(report.checks()));
        json.addProperty("former_life_copies", report.formerLifeCopies());
        json.addProperty("mistaken_restart_copies", report.mistakenRestartCopies());
        json.addProperty("rejoin_copies", report.rejoinCopies());
        json.addProperty("damaged_messages", report.damagedMessages());
        JsonArray seeds = new JsonArray();
        report.failedSeeds().forEach(seeds::add);
        json.add("failed_seeds", seeds);
        CampaignReport.Failure first = report.first();
        if (first != null) {
            json.add("first_failure", failure(first));
        }
        return new GsonBuilder().disableHtmlEscaping().create().toJson(json);
    }

    private static JsonObject failure(CampaignReport.Failure first) {
        JsonObject json = new JsonObject();
        json.addProperty("seed", first.seed());
        json.addProperty("what", first.what());
        json.addProperty("steps_before", first.stepsBefore());
        json.addProperty("cluster", first.cluster());
        JsonArray schedule = new JsonArray();
        first.schedule().forEach(schedule::add);
        json.add("schedule", schedule);
        json.addProperty("plan", first.plan());
        json.addProperty("what_then", first.whatThen());
        json.addProperty("replay", "./knet simulate --runs=1 --seed=" + first.seed());
        return json;
    }

    private static JsonObject counts(SortedMap<String, Long> counts) {
        JsonObject json = new JsonObject();
        counts.forEach((name, count) -> json.addProperty(name.replace(' ', '_'), count));
        return json;
    }
}
