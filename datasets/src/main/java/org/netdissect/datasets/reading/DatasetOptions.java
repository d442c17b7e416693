package org.netdissect.datasets.reading;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Limits;

/**
 * How a data set is read. Those in Broden's format have all of this settled themselves, except the
 * colours.
 *
 * @param format name of the format, or null to recognise it from the folder
 * @param maskHeight pixels that label maps are resampled to, by nearest neighbour, so that no
 *     photograph weighs more than another
 * @param maskWidth pixels
 * @param category the category of labels whose format knows none, or null: scene for folders of
 *     images, object for all others
 * @param colors whether to add the names of colours as a category of their own
 * @param colorTable van de Weijer's table (.npy) to name colours with, or null for the built-in
 *     naming
 * @param synonyms a CSV file {@code name,synonyms} (several with ";" between) of names that mean
 *     the same, used when several data sets are joined; or null
 * @param boxes whether annotations that have a box but no shape are drawn as rectangles
 * @param others whether other data sets are read with it, so that one class tells something, too
 */
public record DatasetOptions(
    @Nullable String format,
    int maskHeight,
    int maskWidth,
    @Nullable String category,
    boolean colors,
    @Nullable Path colorTable,
    @Nullable Path synonyms,
    boolean boxes,
    boolean others) {

  public DatasetOptions {
    if (maskHeight < 1
        || maskWidth < 1
        || maskHeight > Limits.SIDE
        || maskWidth > Limits.SIDE
        || (long) maskHeight * maskWidth > Limits.MASK_PIXELS) {
      throw new IllegalArgumentException("masks of " + maskHeight + " × " + maskWidth + " pixels");
    }
  }

  /** The format recognised, masks of 112 × 112, which is half of the usual input; no colours. */
  public static DatasetOptions defaults() {
    return new DatasetOptions(null, 112, 112, null, false, null, null, false, false);
  }

  public DatasetOptions withFormat(@Nullable String name) {
    return new DatasetOptions(
        name, maskHeight, maskWidth, category, colors, colorTable, synonyms, boxes, others);
  }

  public DatasetOptions withMaskSize(int height, int width) {
    return new DatasetOptions(
        format, height, width, category, colors, colorTable, synonyms, boxes, others);
  }

  public DatasetOptions withCategory(@Nullable String name) {
    return new DatasetOptions(
        format, maskHeight, maskWidth, name, colors, colorTable, synonyms, boxes, others);
  }

  /** Adds colours, named by the table, or by the built-in rule when it is null. */
  public DatasetOptions withColors(@Nullable Path table) {
    return new DatasetOptions(
        format, maskHeight, maskWidth, category, true, table, synonyms, boxes, others);
  }

  public DatasetOptions withSynonyms(@Nullable Path file) {
    return new DatasetOptions(
        format, maskHeight, maskWidth, category, colors, colorTable, file, boxes, others);
  }

  /** Draws annotations that have a box but no shape as rectangles. */
  public DatasetOptions withBoxes() {
    return new DatasetOptions(
        format, maskHeight, maskWidth, category, colors, colorTable, synonyms, true, others);
  }

  /** Says that other data sets are read with it. */
  public DatasetOptions withOthers() {
    return new DatasetOptions(
        format, maskHeight, maskWidth, category, colors, colorTable, synonyms, boxes, true);
  }
}
