package org.netdissect.concepts.atlas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.pictures.UnreadableImageException;

/** Regions by their definition, which the tests of formats use as well: so it lies here. */
public class RegionsTest {
  /** The definition, pixel by pixel. */
  public static List<Integer> labelsOf(AnnotatedImage image, int pixel) {
    List<Integer> labels = new ArrayList<>();
    for (AnnotatedImage.LabelMap map : image.maps()) {
      if (map.labels()[pixel] != 0) {
        labels.add((map.labels()[pixel] << 8) | map.category());
      }
    }
    for (AnnotatedImage.WholeLabel whole : image.wholeLabels()) {
      labels.add((whole.number() << 8) | whole.category());
    }
    labels.sort(null);
    return labels;
  }

  @Test
  void agreesWithTheDefinition() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      int h = 1 + random.nextInt(12);
      int w = 1 + random.nextInt(12);
      List<AnnotatedImage.LabelMap> maps = new ArrayList<>();
      int most = random.nextInt(3) == 0 ? 65_536 : 3;
      for (int m = random.nextInt(5); m > 0; m--) {
        char[] labels = new char[h * w];
        for (int p = 0; p < labels.length; p++) {
          labels[p] = (char) random.nextInt(most);
        }
        maps.add(new AnnotatedImage.LabelMap(random.nextInt(2), labels));
      }
      List<AnnotatedImage.WholeLabel> whole = new ArrayList<>();
      for (int m = random.nextInt(3); m > 0; m--) {
        whole.add(new AnnotatedImage.WholeLabel(random.nextInt(3), 1 + random.nextInt(1_000_000)));
      }
      AnnotatedImage image = new AnnotatedImage(h, w, maps, whole, 7);
      Regions regions = Regions.of(image);
      Map<List<Integer>, Integer> numbers = new LinkedHashMap<>();
      int[] count = new int[h * w];
      for (int p = 0; p < h * w; p++) {
        List<Integer> labels = labelsOf(image, p);
        numbers.putIfAbsent(labels, numbers.size());
        assertEquals(numbers.get(labels), regions.map[p], "seed " + seed);
        count[regions.map[p]]++;
      }
      assertEquals(numbers.size(), regions.pixels.length, "seed " + seed);
      assertArrayEquals(Arrays.copyOf(count, numbers.size()), regions.pixels, "seed " + seed);
      for (Map.Entry<List<Integer>, Integer> e : numbers.entrySet()) {
        assertArrayEquals(
            e.getKey().stream().mapToInt(x -> x).toArray(),
            regions.labels[e.getValue()],
            "seed " + seed);
      }
    }
  }

  @Test
  void noiseIsRefused() {
    char[] a = new char[1024 * 1024];
    char[] b = new char[a.length];
    for (int p = 0; p < a.length; p++) {
      a[p] = (char) ((p & 0x3ff) | 0x8000);
      b[p] = (char) (p >> 10);
    }
    AnnotatedImage noise =
        new AnnotatedImage(
            1024,
            1024,
            List.of(new AnnotatedImage.LabelMap(0, a), new AnnotatedImage.LabelMap(1, b)),
            List.of(),
            3);
    assertThrows(UnreadableImageException.class, () -> Regions.of(noise));
  }
}
