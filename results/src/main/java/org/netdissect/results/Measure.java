package org.netdissect.results;

/** The measures of how well a unit and a concept agree. */
public enum Measure {
  IOU("iou"),
  PRECISION("precision"),
  RECALL("recall"),
  F1("f1"),
  LIFT("lift"),
  MCC("mcc"),
  AUC("auc"),
  AUPRC("auprc"),
  POINT_BISERIAL("point-biserial"),
  RANK_CORRELATION("rank-correlation");

  private final String word;

  Measure(String word) {
    this.word = word;
  }

  /** As tables have it. */
  public String word() {
    return word;
  }

  /** What it says of a unit and a concept; NaN where it is not defined. */
  public double of(MeasureScore score) {
    return switch (this) {
      case IOU -> score.iou();
      case PRECISION -> score.precision();
      case RECALL -> score.recall();
      case F1 -> score.f1();
      case LIFT -> score.lift();
      case MCC -> score.mcc();
      case AUC -> score.auc();
      case AUPRC -> score.auprc();
      case POINT_BISERIAL -> score.pointBiserial();
      case RANK_CORRELATION -> score.rankCorrelation();
    };
  }

  /** Whether it looks at the peak activations of whole images, not at pixels. */
  public boolean isOfImages() {
    return switch (this) {
      case AUC, AUPRC, POINT_BISERIAL, RANK_CORRELATION -> true;
      default -> false;
    };
  }
}
