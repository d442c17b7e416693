package org.netdissect.datasets.broden.build;

/** How much there is of a label: images that have it, and what it covers of them. */
final class Extent {
  private int images;
  private double coverage;

  /**
   * One more image has it.
   *
   * @param share of the image's pixels, summed over layers; 1 for a label of the whole image
   */
  void add(double share) {
    images++;
    coverage += share;
  }

  /** As much as another besides. */
  void add(Extent other) {
    images += other.images;
    coverage += other.coverage;
  }

  int images() {
    return images;
  }

  /** In whole images. */
  double coverage() {
    return coverage;
  }

  /** What it covers of an image that has it, on average. */
  double meanShare() {
    return coverage / images;
  }
}
