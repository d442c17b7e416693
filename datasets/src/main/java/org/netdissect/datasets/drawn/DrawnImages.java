package org.netdissect.datasets.drawn;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.concepts.ImageRow;

/** What a format of drawn shapes has found in a folder. */
final class DrawnImages {
  /** Reads the shapes of one image. */
  interface Source {
    /**
     * The shapes, in pixels of the photograph as the row states its size.
     *
     * @throws DataException when they are broken; their image is left out then
     */
    List<Drawn.Labelled> shapes(ImageRow row) throws DataException;
  }

  /**
   * An image.
   *
   * @param name below the data set's folder
   * @param photo its file
   * @param height of the picture that was labelled, 0 where nothing states it
   * @param width of the picture that was labelled, 0 where nothing states it
   * @param file that holds its labels
   */
  record Image(String name, Path photo, int height, int width, Path file, Source source) {}

  final List<Image> images = new ArrayList<>();

  /** Names of all labels, in the order of their numbers. */
  List<String> labels = new ArrayList<>();

  /** Files the labels depend on beside those of the images. */
  final List<Path> tables = new ArrayList<>();

  /** What is wrong with annotations that have no image. */
  final List<String> orphans = new ArrayList<>();

  /** What is odd about the tables; a line each. */
  final List<String> remarks = new ArrayList<>();

  /** Photographs without annotations, which are left out. */
  int unlabelled;

  /** Boxes, lines and points, and shapes altogether. */
  long boxes;

  long lines;

  long shapes;

  /** Sorts the images by name, and refuses two of one name. */
  void sort(Path folder) throws DataException {
    images.sort(Comparator.comparing(Image::name));
    Map<String, Image> known = new HashMap<>();
    for (Image image : images) {
      Image other = known.putIfAbsent(image.name(), image);
      if (other != null) {
        throw new DataException(
            Text.oneLine(folder.toString())
                + ": the photograph "
                + Text.quoted(image.name())
                + (other.file().equals(image.file())
                    ? " is labelled twice in "
                    : " is labelled in "
                        + Text.oneLine(String.valueOf(other.file().getFileName()))
                        + " and in ")
                + Text.oneLine(String.valueOf(image.file().getFileName()))
                + "; take one away");
      }
    }
  }
}
