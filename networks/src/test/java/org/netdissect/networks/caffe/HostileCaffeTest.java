package org.netdissect.networks.caffe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.netdissect.base.Shared;
import org.netdissect.networks.ModelException;

/** Damaged, absurd and malicious files are refused in one line, which says what and where. */
class HostileCaffeTest {
  /** What is odd about these does no harm. */
  private static final Set<String> LOADED =
      Set.of(
          "good.prototxt",
          "good.caffemodel",
          "bom.prototxt",
          "duplicate-layer.caffemodel",
          "latin1.prototxt",
          "nan.caffemodel",
          "no-shape.caffemodel",
          "python-layer.prototxt");

  /** What the message must hold beside the file's name. */
  private static final Map<String, String> SAID =
      Map.ofEntries(
          Map.entry("bad-number.prototxt", "line "),
          Map.entry("binary.prototxt", "binary"),
          Map.entry("claims-3gb.caffemodel", "truncated"),
          Map.entry("count-short.caffemodel", "conv1"),
          Map.entry("cycle.prototxt", "\"c\""),
          Map.entry("empty.caffemodel", "empty"),
          Map.entry("group-odd.prototxt", "conv1"),
          Map.entry("hdf5.caffemodel", "HDF5"),
          Map.entry("html.caffemodel", "web page"),
          Map.entry("inplace-after-fork.prototxt", "in place"),
          Map.entry("lfs-pointer.caffemodel", "git lfs pull"),
          Map.entry("mixed-brackets.prototxt", "line "),
          Map.entry("no-input.prototxt", "no input"),
          Map.entry("odd-bytes.caffemodel", "conv1"),
          Map.entry("shape-mismatch.caffemodel", "6×1×5×5"),
          Map.entry("solver.prototxt", "solver"),
          Map.entry("truncated-between.caffemodel", "ip1, ip2"),
          Map.entry("unclosed.prototxt", "line "),
          Map.entry("unknown-field.prototxt", "num_output"),
          Map.entry("unknown-type.prototxt", "type"));

  @TestFactory
  Stream<DynamicTest> everyFile() throws IOException {
    Path folder = Shared.path("oracles/caffe/hostile");
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.filter(f -> !f.endsWith("files.csv")).sorted().toList();
    }
    assertTrue(files.size() > 60, files::toString);
    return files.stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
  }

  private static void check(Path file) throws ModelException {
    String name = file.getFileName().toString();
    boolean isText = name.endsWith(".prototxt");
    Path text = isText ? file : file.resolveSibling("good.prototxt");
    Path weights = isText ? file.resolveSibling("good.caffemodel") : file;
    if (LOADED.contains(name)) {
      boolean isQuiet =
          Set.of("good", "bom", "latin1", "no-shape").contains(name.replaceFirst("\\..*", ""));
      assertEquals(isQuiet, CaffeModel.read(text, weights, null).notes().isEmpty(), name);
      return;
    }
    String message =
        assertThrows(ModelException.class, () -> CaffeModel.read(text, weights, null)).getMessage();
    assertTrue(message.contains(name), message);
    assertFalse(message.contains("\n"), message);
    assertTrue(message.contains(SAID.getOrDefault(name, "")), message);
  }
}
