package org.netdissect.concepts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.pictures.UnreadableImageException;

/**
 * Images densely labelled with concepts. What a reader of one data format offers; safe to use from
 * several threads.
 */
public interface ConceptDataset {
  /** A short name for people: the folder's. */
  String name();

  /** The categories and concepts. */
  Vocabulary vocabulary();

  /**
   * Whether the vocabulary says how much each concept covers. Where the format does not tell, the
   * coverage is 0 here, and that of {@link Atlas#vocabulary} is measured.
   */
  default boolean coverageKnown() {
    return true;
  }

  /** Whether annotations that have a box but no shape count as the whole rectangle. */
  default boolean drawsBoxes() {
    return false;
  }

  /** What was passed over when it was opened and the user should know, a line each. */
  default List<String> remarks() {
    return List.of();
  }

  /** The images in the order of the data set. Sizes of photographs may be 0 where unreadable. */
  List<ImageRow> images();

  /**
   * Reads the labels of an image.
   *
   * @throws UnreadableImageException when a file of this image is missing or broken; the data set
   *     is usable without it
   * @throws DataException when the data set contradicts itself
   */
  AnnotatedImage annotate(ImageRow image) throws DataException;

  /** Where the photograph lies. */
  Path photograph(ImageRow image);

  /** The folder the data set is read from. */
  Path folder();

  /**
   * What, besides the folder, decides how the labels come out: the format and its settings. Data
   * sets of one folder that differ here have atlases of their own.
   */
  String key();

  /**
   * A quick check of everything {@link #annotate} depends on, by sizes and times of files, not by
   * their contents: equal stamps mean that nothing has changed.
   */
  String stamp() throws IOException;
}
