package org.netdissect.networks.caffe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.netdissect.base.Shared;
import org.netdissect.networks.BareRun;
import org.netdissect.networks.BareRun.Tensor;

/** Every blob of the reference models has the value that Caffe's rules give. */
class CaffeOracleTest {
  private static final double TOLERANCE = 1e-4;

  @TestFactory
  Stream<DynamicTest> everyBlob() throws Exception {
    Path folder = Shared.path("oracles/caffe");
    List<String> cases =
        Files.readAllLines(folder.resolve("cases.csv")).stream()
            .skip(1)
            .map(line -> line.substring(0, line.indexOf(',')))
            .toList();
    assertEquals(22, cases.size());
    return cases.stream()
        .map(name -> DynamicTest.dynamicTest(name, () -> check(folder.resolve(name))));
  }

  private static void check(Path folder) throws Exception {
    Path text = folder.resolve("deploy.prototxt");
    if (!Files.exists(text)) {
      text = folder.resolve("train_val.prototxt");
    }
    CaffeModel model = CaffeModel.read(text, folder.resolve("model.caffemodel"), null);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.getFileName().toString().endsWith(".npy")).toList()) {
        String name = file.getFileName().toString().replaceFirst("\\.npy$", "");
        inputs.put(name.equals("input") ? "data" : name.substring(6), NumPy.read(file));
      }
    }
    Map<String, Tensor> made = BareRun.run(model.onnx(), "~", inputs);
    for (Map.Entry<String, Tensor> expected :
        NumPy.readAll(folder.resolve("expected.npz")).entrySet()) {
      Tensor tensor = made.get(expected.getKey());
      assertNotNull(tensor, () -> expected.getKey() + " of " + made.keySet());
      assertArrayEquals(expected.getValue().dims(), tensor.dims(), expected.getKey());
      double largest = 0;
      double difference = 0;
      for (int i = 0; i < tensor.values().length; i++) {
        largest = Math.max(largest, Math.abs(expected.getValue().values()[i]));
        difference =
            Math.max(difference, Math.abs(expected.getValue().values()[i] - tensor.values()[i]));
      }
      double relative = difference / Math.max(largest, 1e-30);
      assertTrue(relative <= TOLERANCE, () -> expected.getKey() + " differs by " + relative);
    }
    for (String line :
        Files.readAllLines(folder.resolve("blobs.csv"))
            .subList(1, Files.readAllLines(folder.resolve("blobs.csv")).size())) {
      String[] cells = line.split(",", -1);
      Tensor tensor = made.get(cells[0]);
      assertNotNull(tensor, () -> cells[0] + " of " + made.keySet());
      assertEquals(cells[3], Blob.text(tensor.dims()).replace('×', 'x'), cells[0]);
    }
  }
}
