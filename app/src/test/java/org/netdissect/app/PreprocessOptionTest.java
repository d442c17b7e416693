package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Preprocessing;

class PreprocessOptionTest {
  private static final List<Path> MODELS =
      List.of(Path.of("a", "one.onnx"), Path.of("b", "two.onnx"));

  private static List<Preprocessing> of(String... given) throws IOException {
    return PreprocessOption.of(List.of(given), MODELS);
  }

  @Test
  void oneForAllOrOneForEach() throws IOException {
    assertEquals(Arrays.asList(null, null), of());
    assertEquals(List.of(Preprocessing.TF, Preprocessing.TF), of("tf"));
    assertEquals(Arrays.asList(null, Preprocessing.CAFFE), of("two=caffe"));
    assertEquals(List.of(Preprocessing.TF, Preprocessing.CAFFE), of("two.onnx=caffe", "tf"));
    assertEquals(
        List.of(Preprocessing.UNIT, Preprocessing.NONE), of(MODELS.get(0) + "=unit", "two=none"));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThrows(UsageException.class, () -> of("tf", "caffe"));
    assertThrows(UsageException.class, () -> of("two=tf", "two.onnx=caffe"));
    assertThrows(ModelException.class, () -> of("three=tf"));
    assertThrows(ModelException.class, () -> of("two=nothing"));
  }
}
