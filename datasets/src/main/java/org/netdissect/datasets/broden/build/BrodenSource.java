package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.netdissect.pictures.UnreadableImageException;

/**
 * One of the data sets that Broden is made of. Safe to use from several threads once it is open.
 */
interface BrodenSource {
  /** As paths and labels name it: "ade20k". */
  String name();

  /** What it is, for people: "ADE20K of 2016". */
  String title();

  /** Files with what is said of all images. */
  List<Path> tables();

  /** The file or folder that tells which images there are. */
  Path list();

  /** How many images. */
  int size();

  /** The image's file name, as it should be in the data set. */
  String file(int image);

  /**
   * The photograph.
   *
   * @throws UnreadableImageException if its name is not possible
   */
  Path photograph(int image) throws UnreadableImageException;

  /**
   * Files that must be there besides the photograph.
   *
   * @throws UnreadableImageException if their names are not possible
   */
  List<Path> labelFiles(int image) throws UnreadableImageException;

  /** The names of a label; none for one that means nothing. */
  List<String> names(Kind kind, int code);

  /** Whether the source's tables say anything of a code that its maps hold. */
  default boolean isListed(Kind kind, int code) {
    return true;
  }

  /** Whether maps may be of another size than their photographs, as long as the shape is one. */
  default boolean isScaled() {
    return false;
  }

  /**
   * All labels of an image but its colours.
   *
   * @throws UnreadableImageException if something is missing or damaged
   */
  List<KindLabels> labels(int image) throws IOException;
}
