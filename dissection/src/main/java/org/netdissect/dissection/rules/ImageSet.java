package org.netdissect.dissection.rules;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.results.DissectionException;

/**
 * The images of a dissection, numbered in the order of a hash of their names: so neither the order
 * of rows in the data set matters, nor do data sorted by class keep the bounds of the thresholds
 * low.
 */
public final class ImageSet implements ImageOrder {
  private final Atlas atlas;
  private final List<String> names;
  private final int[] atlasIndex;
  private final int[] row;
  private final int[] nameRank;

  private ImageSet(Atlas atlas, List<String> names, int[] atlasIndex, int[] row) {
    this.atlas = atlas;
    this.names = names;
    this.atlasIndex = atlasIndex;
    this.row = row;
    Integer[] byName = IntStream.range(0, names.size()).boxed().toArray(Integer[]::new);
    Arrays.sort(byName, Comparator.comparing(names::get));
    nameRank = new int[names.size()];
    for (int rank = 0; rank < byName.length; rank++) {
      nameRank[byName[rank]] = rank;
    }
  }

  /** The place in the data set of a line of the list; {@code seen} tells of those before it. */
  private static int listed(Atlas atlas, List<String> list, int line, boolean[] seen)
      throws DissectionException {
    String name = list.get(line);
    int index = atlas.indexOf(name);
    if (index < 0) {
      throw new DissectionException(
          "line "
              + (line + 1)
              + " of the image list: '"
              + name
              + "' is not in the data set "
              + atlas.name());
    }
    if (seen[index]) {
      throw new DissectionException(
          "line " + (line + 1) + " of the image list: '" + name + "' is listed twice");
    }
    seen[index] = true;
    return index;
  }

  /**
   * Chooses images: the rows of the list after split and limit, of these the ones with data in a
   * selected category and without a broken mask.
   *
   * @param list image names in the order of recorded maps, or null for all of the atlas
   * @param split keep only this split; null keeps all
   * @param limit keep at most so many rows; 0 keeps all
   * @param categories bit per category
   * @throws DissectionException if a listed image is not in the data set or listed twice, or none
   *     remains
   */
  public static ImageSet choose(
      Atlas atlas, @Nullable List<String> list, @Nullable String split, long limit, long categories)
      throws DissectionException {
    int rows = list == null ? atlas.size() : list.size();
    boolean[] seen = new boolean[atlas.size()];
    List<Integer> kept = new ArrayList<>();
    int[] indexOfRow = new int[rows];
    long taken = 0;
    for (int r = 0; r < rows; r++) {
      int index = list == null ? r : listed(atlas, list, r, seen);
      indexOfRow[r] = index;
      AtlasImage image = atlas.image(index);
      if ((split != null && !split.equals(image.split())) || (limit > 0 && taken >= limit)) {
        continue;
      }
      taken++;
      if ((image.dataCategories() & categories) != 0 || image.problem() != null) {
        kept.add(r);
      }
    }
    if (kept.isEmpty()) {
      throw new DissectionException(
          "no image of "
              + atlas.name()
              + (split == null ? "" : " in split '" + split + "'")
              + " has a label in the selected categories");
    }
    Integer[] order = kept.toArray(new Integer[0]);
    byte[][] hash = new byte[rows][];
    MessageDigest md5 = Digests.of("MD5");
    for (int r : order) {
      hash[r] = md5.digest(atlas.image(indexOfRow[r]).name().getBytes(StandardCharsets.UTF_8));
    }
    Arrays.sort(
        order,
        Comparator.<Integer, byte[]>comparing(r -> hash[r], Arrays::compareUnsigned)
            .thenComparing(r -> atlas.image(indexOfRow[r]).name()));
    List<String> names = new ArrayList<>(order.length);
    int[] atlasIndex = new int[order.length];
    int[] row = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      row[i] = order[i];
      atlasIndex[i] = indexOfRow[order[i]];
      names.add(atlas.image(atlasIndex[i]).name());
    }
    return new ImageSet(atlas, List.copyOf(names), atlasIndex, row);
  }

  /**
   * The images of a finished result, in its own order.
   *
   * @param names of the images by number
   * @throws DissectionException if one is not in the data set
   */
  public static ImageSet ofResult(Atlas atlas, List<String> names) throws DissectionException {
    int[] atlasIndex = new int[names.size()];
    int[] row = new int[names.size()];
    for (int i = 0; i < atlasIndex.length; i++) {
      atlasIndex[i] = atlas.indexOf(names.get(i));
      row[i] = i;
      if (atlasIndex[i] < 0) {
        throw new DissectionException(
            "image '" + names.get(i) + "' of the result is not in the data set " + atlas.name());
      }
    }
    return new ImageSet(atlas, List.copyOf(names), atlasIndex, row);
  }

  @Override
  public int size() {
    return names.size();
  }

  List<String> names() {
    return names;
  }

  @Override
  public String name(int image) {
    return names.get(image);
  }

  /** Number of the image in the atlas. */
  @Override
  public int atlasIndex(int image) {
    return atlasIndex[image];
  }

  public AtlasImage atlasImage(int image) {
    return atlas.image(atlasIndex[image]);
  }

  public Atlas atlas() {
    return atlas;
  }

  /** How many regions the image has. */
  public int regions(int image) {
    int index = atlasIndex[image];
    return atlas.firstRegion(index + 1) - atlas.firstRegion(index);
  }

  /** Row of the image in the list it was chosen from. */
  public int row(int image) {
    return row[image];
  }

  /** Rank of each image's name in alphabetical order. */
  public int[] nameRank() {
    return nameRank;
  }
}
