package org.netdissect.dissection.tally;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.netdissect.base.Npy;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.MadeUpData;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.activations.RecordedSource;
import org.netdissect.dissection.recording.LayerRecorder;
import org.netdissect.dissection.recording.LayerTotals;
import org.netdissect.dissection.recording.MergedRecording;
import org.netdissect.dissection.recording.Recording;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.dissection.scoring.ConceptTotals;
import org.netdissect.dissection.scoring.MapsKept;
import org.netdissect.dissection.scoring.ResultWriter;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.pictures.Framing;
import org.netdissect.results.LayerInfo;

/** A dissection in parts gives the same bytes as one in a piece, and does not spill everything. */
class PartsTest {
  private static final int UNITS = 30;
  private static final int SIDE = 7;
  private static final ReceptiveField FIELD = ReceptiveField.square(-4, 12, 4);

  @TempDir Path folder;

  private Path maps(int images, long seed) throws IOException {
    Random random = new Random(seed);
    float[] maps = new float[images * UNITS * SIDE * SIDE];
    for (int i = 0; i < maps.length; i++) {
      maps[i] = (float) Math.max(0, random.nextGaussian());
    }
    return Npy.write(folder.resolve("maps.npy"), maps, images, UNITS, SIDE, SIDE);
  }

  private Atlas atlas(MadeUpData data) throws IOException {
    return Atlas.open(
        data, AtlasOptions.defaults().withCache(folder.resolve("cache")), Progress.NONE);
  }

  private static LayerInfo layer() {
    return new LayerInfo("maps", "maps", "recorded", UNITS, SIDE, SIDE, FIELD);
  }

  private static ActivationSource source(Path maps, ImageSet images) throws IOException {
    Atlas atlas = images.atlas();
    List<String> names =
        IntStream.range(0, atlas.size()).mapToObj(i -> atlas.image(i).name()).toList();
    return RecordedSource.open(
        new RecordedActivations(
            List.of(new RecordedActivations.Maps("maps", maps, FIELD)),
            names,
            new InputSize(32, 32)),
        images,
        Convention.EXACT,
        Progress.NONE);
  }

  private Recording record(
      ImageSet images, int[] part, ThresholdRule rule, Path maps, Path work, float[] bounds)
      throws IOException {
    Files.createDirectories(work);
    try (Recording recording = open(images, part, rule, work);
        ActivationSource source = source(maps, images)) {
      if (bounds != null) {
        recording.recorders().get(0).raiseBounds(bounds);
      }
      recording.run(source, 2, false, Progress.NONE);
    }
    // Opened anew, as by another process.
    return open(images, part, rule, work);
  }

  private static Recording open(ImageSet images, int[] part, ThresholdRule rule, Path work)
      throws IOException {
    return Recording.open(images, part, List.of(layer()), rule, work, Dissector.TOP_IMAGES, false);
  }

  @ParameterizedTest
  @EnumSource(Convention.class)
  void sevenUnevenPartsGiveTheSameBytes(Convention convention) throws IOException {
    int count = 211;
    ThresholdRule rule = new ThresholdRule(convention, Quantile.DEFAULT, Quantile.of("0.08"));
    MadeUpData data = new MadeUpData(9, count, 32, 32, folder);
    Path maps = maps(count, 9);
    List<String> names = data.rows.stream().map(ImageRow::name).toList();
    Path whole = folder.resolve("whole");
    Dissector.builder()
        .setRecorded(
            new RecordedActivations(
                List.of(new RecordedActivations.Maps("maps", maps, FIELD)),
                names,
                new InputSize(32, 32)))
        .setData(data)
        .setOut(whole)
        .optConvention(convention)
        .optKeepQuantile(rule.keep())
        .optCache(folder.resolve("cache"))
        .build()
        .run();

    try (Atlas atlas = atlas(data)) {
      ImageSet images = ImageSet.choose(atlas, names, null, 0, 0xf);
      // Images fall to parts at random: parts are neither equal nor runs of the order.
      Random random = new Random(31);
      int[] partOf =
          IntStream.range(0, images.size())
              .map(i -> Math.min(6, (int) Math.abs(random.nextGaussian() * 3)))
              .toArray();
      List<Recording> recordings = new ArrayList<>();
      for (int p = 0; p < 7; p++) {
        int part = p;
        int[] own = IntStream.range(0, images.size()).filter(i -> partOf[i] == part).toArray();
        List<LayerRecorder> before = recorders(recordings);
        float[] bounds = before.isEmpty() ? null : Parts.bounds(before, before.get(0).tail());
        recordings.add(record(images, own, rule, maps, folder.resolve("part" + p), bounds));
      }
      List<LayerRecorder> parts = recorders(recordings);
      MergedRecording merged = new MergedRecording(images, List.of(layer()), Dissector.TOP_IMAGES);
      recordings.forEach(merged::add);
      LayerTotals totals = merged.totals().get(0);
      List<MaskTally> tallies =
          parts.stream()
              .map(
                  part -> new MaskTally(part, images, rule, new InputSize(32, 32), Framing.STRETCH))
              .toList();
      BitSet read = new BitSet();
      recordings.forEach(recording -> read.or(recording.read()));
      Path out = Files.createDirectories(folder.resolve("merged"));
      Path groups = Files.createDirectories(folder.resolve("groups"));
      ResultWriter writer =
          new ResultWriter(
              images,
              new ConceptTotals(images, atlas.vocabulary().categories(), convention, read),
              convention,
              2,
              MapsKept.ALL,
              out);
      writer.write(totals, new Parts(parts, tallies, totals, rule, groups), groups, Progress.NONE);
      writer.writeTables();
      for (String file :
          List.of(
              "maps/hits.bin",
              "maps/maps.bin",
              "maps/low-maps.bin",
              "maps/histograms.bin",
              "maps/counts.bin",
              "maps/units.csv",
              "maps/top-images.csv",
              "images.csv",
              "concepts.csv")) {
        assertArrayEquals(
            Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(out.resolve(file)), file);
      }
      for (Recording recording : recordings) {
        recording.close();
      }
    }
  }

  private static List<LayerRecorder> recorders(List<Recording> recordings) {
    return recordings.stream().map(recording -> recording.recorders().get(0)).toList();
  }

  @Test
  void boundsFromOthersKeepSixteenPartsFromSpillingEverything() throws IOException {
    int count = 1600;
    MadeUpData data = new MadeUpData(3, count, 32, 32, folder);
    Path maps = maps(count, 3);
    List<String> names = data.rows.stream().map(ImageRow::name).toList();
    try (Atlas atlas = atlas(data)) {
      ImageSet images = ImageSet.choose(atlas, names, null, 0, 0xf);
      int[] all = IntStream.range(0, images.size()).toArray();
      long single = spilled(images, List.of(all), maps, "single", false);
      List<int[]> parts = new ArrayList<>();
      for (int p = 0; p < 16; p++) {
        int part = p;
        parts.add(IntStream.of(all).filter(i -> i % 16 == part).toArray());
      }
      long alone = spilled(images, parts, maps, "alone", false);
      long given = spilled(images, parts, maps, "given", true);
      String what = "one piece " + single + ", 16 parts " + alone + ", with bounds " + given;
      System.out.println("spilled bytes: " + what);
      assertTrue(given <= 1.25 * single, what);
      assertTrue(given < alone / 2, what);
    }
  }

  private long spilled(ImageSet images, List<int[]> parts, Path maps, String name, boolean exchange)
      throws IOException {
    long bytes = 0;
    List<Recording> recordings = new ArrayList<>();
    for (int[] part : parts) {
      List<LayerRecorder> before = recorders(recordings);
      float[] bounds =
          exchange && !before.isEmpty() ? Parts.bounds(before, before.get(0).tail()) : null;
      Recording recording =
          record(
              images,
              part,
              ThresholdRule.of(Convention.EXACT, Quantile.DEFAULT),
              maps,
              folder.resolve(name + recordings.size()),
              bounds);
      recordings.add(recording);
      bytes += recording.recorders().get(0).spill().length();
    }
    for (Recording recording : recordings) {
      recording.close();
    }
    assertEquals(parts.size(), recordings.size());
    return bytes;
  }
}
