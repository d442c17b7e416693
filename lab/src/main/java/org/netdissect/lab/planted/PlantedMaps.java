package org.netdissect.lab.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.netdissect.base.Progress;
import org.netdissect.base.files.NpyWriter;
import org.netdissect.base.files.Trees;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.scoring.MapsKept;
import org.netdissect.lab.world.WorldFolder;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.Dissection;

/**
 * Maps that were made up for the images of the world, and their dissection; in a folder a while.
 */
final class PlantedMaps {
  private final Truth truth;
  private final Path file;
  private final Path result;
  private final Path world;
  private final int size;

  /**
   * Takes the folder of a selftest.
   *
   * @param size of the world's photographs, pixels a side
   */
  PlantedMaps(Truth truth, Path out, int size) {
    this.truth = truth;
    this.file = out.resolve("maps.npy");
    this.result = out.resolve("result");
    this.world = world(out);
    this.size = size;
  }

  /** Where a selftest's world lies. */
  static Path world(Path out) {
    return out.resolve("world");
  }

  /** The world's images as a data set, made where they are not there. */
  static void render(Path out, long seed, int size, int images) throws IOException {
    int workers = Runtime.getRuntime().availableProcessors();
    WorldFolder.ensure(seed, size, images, world(out), workers, n -> {});
  }

  /** Writes maps of so many cells a side, image by image and unit by unit. */
  NpyWriter writer(int units, int cells) throws IOException {
    return new NpyWriter(file, truth.images(), units, cells, cells);
  }

  ConceptDataset data() throws IOException {
    return BrodenDataset.open(world);
  }

  /** Dissects what was written. */
  Dissection dissect(int cells, boolean peaks) throws IOException {
    double step = (double) size / cells;
    return Dissector.builder()
        .setRecorded(
            new RecordedActivations(
                List.of(
                    new RecordedActivations.Maps(
                        "planted", file, ReceptiveField.square(0, step, step))),
                truth.imageNames(),
                new InputSize(size, size)))
        .setData(data())
        .setOut(result)
        .optOverwrite(true)
        .optMaps(MapsKept.NONE)
        .optPeaks(peaks)
        .optProgress(Progress.NONE)
        .build()
        .run();
  }

  /** Removes maps and result. */
  void delete() throws IOException {
    Trees.delete(result);
    Files.delete(file);
  }
}
