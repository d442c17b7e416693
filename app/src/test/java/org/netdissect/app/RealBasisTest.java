package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Json;
import org.netdissect.base.Shared;
import org.netdissect.base.tables.CsvTable;

/**
 * Fits and probes of a real layer, SqueezeNet's last, on photographs; against scikit-learn 1.2.1
 * and LIBLINEAR 2.3 on the same activations.
 */
class RealBasisTest {
  /** NMF of 10 parts of the 5,070 cells of 30 photographs: the best of four starts, tol=1e-6. */
  private static final double PARTS_ERROR = 14458.301;

  /** KMeans of 10, the best of ten starts. */
  private static final double INERTIA = 223991982;

  /** PCA, ten components. */
  private static final double EXPLAINED = 0.18999778;

  /** train -s 1 -c 0.001, averaged over the 18 classes; 37 of 50 photographs are right. */
  private static final double ACCURACY = 72.037;

  @TempDir Path folder;

  @Test
  void fitsAreAsGoodAsScikitLearns() throws IOException {
    assertEquals(EXPLAINED, fitted("pca", "explained"), 1e-6);
    double parts = fitted("nmf", "error");
    assertTrue(parts <= 1.01 * PARTS_ERROR, "NMF " + parts);
    double centres = fitted("kmeans", "error");
    assertTrue(centres <= 1.01 * INERTIA, "k-means " + centres);
  }

  private double fitted(String kind, String what) throws IOException {
    Path npy = folder.resolve(kind + ".npy");
    List<Object> words =
        new ArrayList<>(
            List.of(
                "basis",
                "fit",
                Shared.path("models/squeezenet1.1-imagenet.onnx"),
                "--data",
                Shared.path("data/minibroden-224"),
                "--layer",
                "fire9/concat_1",
                "--preprocess",
                "caffe",
                "--limit",
                30,
                "--kind",
                kind,
                "--components",
                10,
                "--out",
                npy));
    if (!kind.equals("pca")) { // which always takes all cells
      words.addAll(List.of("--cells", 5070));
    }
    BasisCommandTest.passes(words.toArray());
    return Json.mapper()
        .readTree(Files.readString(folder.resolve(kind + ".json")))
        .get(what)
        .asDouble();
  }

  /**
   * Photographs by scene: of each class's by name, those whose place ends in 2, 5 or 8 are held
   * back.
   */
  @Test
  void scenesAreToldApartAsWellAsByLiblinear() throws IOException {
    Path data = Shared.path("data/minibroden-224");
    Map<String, List<String>> byScene = new TreeMap<>();
    try (CsvTable index = CsvTable.open(data.resolve("index.csv"), "image", "scene")) {
      for (CsvTable.Row row = index.next(); row != null; row = index.next()) {
        String scene = row.get("scene");
        if (!scene.isEmpty() && !scene.equals("0")) {
          byScene.computeIfAbsent(scene, name -> new ArrayList<>()).add(row.get("image"));
        }
      }
    }
    for (Map.Entry<String, List<String>> scene : byScene.entrySet()) {
      List<String> images = scene.getValue().stream().sorted().toList();
      for (int i = 0; i < images.size(); i++) {
        boolean heldBack = i % 10 == 2 || i % 10 == 5 || i % 10 == 8;
        Path to = folder.resolve(heldBack ? "test" : "train").resolve("scene" + scene.getKey());
        Files.createDirectories(to);
        String name = images.get(i);
        Files.copy(data.resolve("images").resolve(name), to.resolve(name.replace('/', '_')));
      }
    }
    String said =
        BasisCommandTest.passes(
            "probe",
            Shared.path("models/squeezenet1.1-imagenet.onnx"),
            "--layer",
            "fire9/concat_1",
            "--preprocess",
            "caffe",
            "--data",
            folder.resolve("train"),
            "--test",
            folder.resolve("test"),
            "--cache",
            folder.resolve("cache"));
    Matcher accuracy = Pattern.compile("18 classes .* accuracy ([0-9.]+) %").matcher(said);
    assertTrue(accuracy.find(), said);
    assertEquals(ACCURACY, Double.parseDouble(accuracy.group(1)), 0.5, said);
  }
}
