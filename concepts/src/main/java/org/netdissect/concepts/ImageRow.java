package org.netdissect.concepts;

/**
 * An image of a data set, before its labels are read.
 *
 * @param name its name, unique in the data set; for files the path below the data set's images,
 *     with "/"
 * @param split "train", "val" or another name, blank where the data set has none
 * @param photoHeight pixels of the photograph as the data set states them; 0 when its file cannot
 *     be read
 * @param photoWidth pixels
 * @param maskHeight pixels of its masks
 * @param maskWidth pixels
 * @param row its place in {@link ConceptDataset#images()}, from 0
 * @param splitByName whether the data set states no split for it, and that given follows from its
 *     name
 */
public record ImageRow(
    String name,
    String split,
    int photoHeight,
    int photoWidth,
    int maskHeight,
    int maskWidth,
    int row,
    boolean splitByName) {

  /** An image whose split the data set states. */
  public ImageRow(
      String name,
      String split,
      int photoHeight,
      int photoWidth,
      int maskHeight,
      int maskWidth,
      int row) {
    this(name, split, photoHeight, photoWidth, maskHeight, maskWidth, row, false);
  }
}
