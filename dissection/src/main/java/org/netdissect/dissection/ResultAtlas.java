package org.netdissect.dissection;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo;

/**
 * The labels that a result was made with: the compiled data set, and where the result's images are
 * in it. With a result's hits and maps it tells what each unit does on each concept.
 */
public final class ResultAtlas implements AutoCloseable {
  private final Atlas atlas;
  private final int[] index;

  private ResultAtlas(Atlas atlas, int[] index) {
    this.atlas = atlas;
    this.index = index;
  }

  /**
   * Opens the compiled data set of a result, and compiles it first where that has not been done.
   *
   * @param data the data set that was dissected with
   * @throws DissectionException if it is another one, or has changed since
   */
  public static ResultAtlas open(
      Dissection result, ConceptDataset data, AtlasOptions options, Progress progress)
      throws IOException {
    Atlas atlas = Atlas.open(data, options, progress);
    try {
      if (!atlas.fingerprint().equals(result.info().data().fingerprint())) {
        throw new DissectionException(
            "the data set "
                + data.name()
                + " is not the one that was dissected with, or has changed since");
      }
      Set<String> unread = new HashSet<>();
      for (DissectionInfo.Unreadable image : result.info().images().unreadable()) {
        unread.add(image.image());
      }
      int[] index = new int[result.images().size()];
      for (int i = 0; i < index.length; i++) {
        String name = result.images().get(i);
        index[i] = unread.contains(name) ? -1 : atlas.indexOf(name);
      }
      return new ResultAtlas(atlas, index);
    } catch (IOException | RuntimeException e) {
      atlas.close();
      throw e;
    }
  }

  public Atlas atlas() {
    return atlas;
  }

  /**
   * Where an image is in the atlas.
   *
   * @param image its number in the result
   * @return −1 if it was left out of the result
   */
  public int index(int image) {
    return index[image];
  }

  /** How many regions an image has, by its number in the result; 0 if it was left out. */
  public int regions(int image) {
    return index[image] < 0
        ? 0
        : atlas.firstRegion(index[image] + 1) - atlas.firstRegion(index[image]);
  }

  @Override
  public void close() {
    atlas.close();
  }
}
