package org.netdissect.report.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThresholdCurvesTest {
  /** A curve that falls on a line from one value to another. */
  private static ThresholdCurves.Curve curve(String name, double first, double last) {
    List<List<Double>> values = new ArrayList<>();
    for (int t = 0; t <= 8; t++) {
      double mean = first + (last - first) * t / 8;
      values.add(List.of(mean - 1, mean + 1));
    }
    return new ThresholdCurves.Curve(name, values);
  }

  private static String orders(ThresholdCurves.Curve... curves) {
    return ThresholdCurves.of(List.of(curves), "unique detectors").orders();
  }

  @Test
  void tellsWhetherOrdersStay() {
    assertEquals("There is one curve only, so no order.", orders(curve("a", 9, 1)));
    assertEquals(
        "The order of the means stays the same from IoU 0.02 to 0.1.",
        orders(curve("a", 18, 2), curve("b", 10, 2)));
    assertEquals(
        "The order of the means stays the same from IoU 0.02 to 0.1 in all 3 pairs.",
        orders(curve("a", 18, 2), curve("b", 10, 2), curve("c", 10, 2)));
    assertEquals(
        "From IoU 0.02 to 0.1 the order of the means changes in 1 of 3 pairs: a > b at 0.02, 0.03,"
            + " 0.04, 0.05, < at 0.07, 0.08, 0.09, 0.1.",
        orders(curve("a", 20, 4), curve("b", 16, 8), curve("c", 40, 30)));
  }

  @Test
  void numbersAreMeansAndRanges() {
    String csv = ThresholdCurves.of(List.of(curve("a", 18, 2)), "detectors").figure("f", "c").csv();
    List<String> rows = csv.lines().toList();
    assertEquals("name,iou,networks,mean detectors,least,most", rows.get(0));
    assertEquals("a,0.02,2,18,17,19", rows.get(1));
    assertEquals("a,0.1,2,2,1,3", rows.get(9));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ThresholdCurves.Curve("a", List.of(List.of(1.0))));
  }
}
