package org.netdissect.datasets.reading;

import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;

/** A data set as the reader of its format gives it: it can be verified. */
public interface ReadDataset extends ConceptDataset {
  @Override
  default String name() {
    return Folders.nameOf(folder());
  }

  /** Few formats tell it. */
  @Override
  default boolean coverageKnown() {
    return false;
  }

  /** Reads the labels of an image; what has a problem is left out, and the others are read. */
  AnnotatedImage annotate(ImageRow image, Problems problems) throws DataException;

  @Override
  default AnnotatedImage annotate(ImageRow image) throws DataException {
    return annotate(image, Problems.STOP);
  }

  /** Tells of all that is wrong beyond single images and is not told when it is opened. */
  default void check(Problems problems) throws DataException {}

  /** What is wrong with a label of a category that was found in an image; null when nothing is. */
  default @Nullable String complaint(int category, int number) {
    return null;
  }
}
