package org.netdissect.analysis.trust;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.base.Npy;
import org.netdissect.base.Progress;
import org.netdissect.base.Shared;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.Dissection;

/**
 * Sixty photographs and real activations of 32 units, dissected under any convention; tests that
 * use it are skipped where the reference data are absent.
 */
record TinyOracle(Path folder) {
  static final int IMAGES = 60;
  static final int UNITS = 32;
  static final int SIDE = 13;
  static final ReceptiveField FIELD = ReceptiveField.square(-88, 207, 16);
  static final int INPUT = 224;

  static ConceptDataset data() throws IOException {
    return BrodenDataset.open(Shared.path("data/minibroden-224"));
  }

  /** Names of the photographs, in the order of the maps. */
  static List<String> names() throws IOException {
    return Files.readAllLines(Shared.path("oracles/tiny/images.txt"));
  }

  LabelledResult dissect(String out, float[] maps, int units, Convention convention)
      throws IOException {
    ConceptDataset data = data();
    Path file = Npy.write(folder.resolve(out + ".npy"), maps, IMAGES, units, SIDE, SIDE);
    Dissection result =
        Dissector.builder()
            .setRecorded(
                new RecordedActivations(
                    List.of(new RecordedActivations.Maps("maps", file, FIELD)),
                    names(),
                    new InputSize(INPUT, INPUT)))
            .setData(data)
            .setOut(folder.resolve(out))
            .optConvention(convention)
            .optCache(folder.resolve("cache"))
            .build()
            .run();
    return LabelledResult.open(
        result, data, AtlasOptions.defaults().withCache(folder.resolve("cache")), Progress.NONE);
  }

  /** The activations, images × units × height × width. */
  static float[] maps() throws IOException {
    byte[] bytes = Files.readAllBytes(Shared.path("oracles/tiny/activations.npy"));
    float[] maps = new float[IMAGES * UNITS * SIDE * SIDE];
    ByteBuffer.wrap(bytes, bytes.length - 4 * maps.length, 4 * maps.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(maps);
    return maps;
  }
}
