package org.netdissect.dissection.rules;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;

/** Images by number, and where each stands in its data set. */
public interface ImageOrder {
  int size();

  String name(int image);

  /** Place of the image in the data set, and so in its atlas. */
  int atlasIndex(int image);

  /** All images of a data set by their names, so that the order of its rows does not matter. */
  static ImageOrder byName(ConceptDataset data) {
    return of(data.images().stream().sorted(Comparator.comparing(ImageRow::name)).toList());
  }

  /** The first rows of a data set, as {@code --limit} takes them, by their names. */
  static ImageOrder first(ConceptDataset data, long limit) {
    return of(
        data.images().stream().limit(limit).sorted(Comparator.comparing(ImageRow::name)).toList());
  }

  /**
   * Images from all over a data set, by their names.
   *
   * @param most how many, all where there are fewer
   */
  static ImageOrder spread(ConceptDataset data, int most) {
    return of(
        spread(data.images().stream().sorted(Comparator.comparing(ImageRow::name)).toList(), most));
  }

  /**
   * Rows from all over a list, in its order.
   *
   * @param most how many, all where there are fewer
   */
  static List<ImageRow> spread(List<ImageRow> rows, int most) {
    int step = Math.max(1, rows.size() / most);
    return IntStream.range(0, Math.min(most, rows.size()))
        .mapToObj(i -> rows.get(i * step))
        .toList();
  }

  /** Some rows of a data set, in this order. */
  static ImageOrder of(List<ImageRow> rows) {
    return new ImageOrder() {
      @Override
      public int size() {
        return rows.size();
      }

      @Override
      public String name(int image) {
        return rows.get(image).name();
      }

      @Override
      public int atlasIndex(int image) {
        return rows.get(image).row();
      }
    };
  }

  /**
   * An image that could not be read, and why: its name once, which readers of files put before the
   * reason by themselves.
   */
  static String problem(String name, String reason) {
    return reason.startsWith(name + ": ") ? reason : name + ": " + reason;
  }
}
