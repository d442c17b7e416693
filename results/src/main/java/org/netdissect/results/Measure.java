package org.netdissect.results;

import java.util.function.ToDoubleFunction;

/** The measures of how well a unit and a concept agree. */
public enum Measure {
  IOU("iou", MeasureScore::iou),
  PRECISION("precision", MeasureScore::precision),
  RECALL("recall", MeasureScore::recall),
  F1("f1", MeasureScore::f1),
  LIFT("lift", MeasureScore::lift),
  MCC("mcc", MeasureScore::mcc),
  AUC("auc", MeasureScore::auc),
  AUPRC("auprc", MeasureScore::auprc),
  POINT_BISERIAL("point-biserial", MeasureScore::pointBiserial),
  RANK_CORRELATION("rank-correlation", MeasureScore::rankCorrelation);

  private final String word;
  private final ToDoubleFunction<MeasureScore> value;

  Measure(String word, ToDoubleFunction<MeasureScore> value) {
    this.word = word;
    this.value = value;
  }

  /** As tables have it. */
  public String word() {
    return word;
  }

  /** What it says of a unit and a concept; NaN where it is not defined. */
  public double of(MeasureScore score) {
    return value.applyAsDouble(score);
  }

  /** Whether it looks at the peak activations of whole images, not at pixels. */
  public boolean isOfImages() {
    return switch (this) {
      case AUC, AUPRC, POINT_BISERIAL, RANK_CORRELATION -> true;
      default -> false;
    };
  }
}
