package org.netdissect.report.page;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.ResultAtlas;
import org.netdissect.results.ConceptInfo;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;

/** Where the concepts of a result are: which of its images hold which, and on which pixels. */
final class ConceptImages implements AutoCloseable {
  private static final int LONGEST_MASK = 1_000;

  private final ResultAtlas labels;
  private final Atlas atlas;
  private final int[] atlasIndex;
  private final boolean[] selected = new boolean[256];

  /** By concept number: the images that hold it, most pixels first, ties by number. */
  private final Map<Integer, int[]> images = new HashMap<>();

  /** By concept number and in the order of {@link #images}: pixels. */
  private final Map<Integer, int[]> pixels = new HashMap<>();

  /** By name of a category: the images that hold a concept of it. */
  private final Map<String, boolean[]> annotated = new HashMap<>();

  private char[] regionMap = new char[0];

  private ConceptImages(ResultAtlas labels, int count) {
    this.labels = labels;
    atlas = labels.atlas();
    atlasIndex = IntStream.range(0, count).map(labels::index).toArray();
  }

  /**
   * Reads the compiled data set of a result.
   *
   * @param insist whether to refuse a data set that is not the one that was dissected with any more
   * @return null if it is not, and that is not refused; then nothing can be said of it, and the
   *     user has been told
   * @throws DissectionException if it is refused
   */
  static @Nullable ConceptImages open(
      Dissection dissection,
      ConceptDataset data,
      AtlasOptions options,
      boolean insist,
      Progress progress)
      throws IOException {
    ResultAtlas labels;
    try {
      labels = ResultAtlas.open(dissection, data, options, progress);
    } catch (DissectionException e) {
      if (insist) {
        throw new DissectionException(
            e.getMessage() + "; name the right one with --data (no report was written)", e);
      }
      progress.warn(e.getMessage() + ": the report shows no examples of concepts and no misses");
      return null;
    }
    ConceptImages made = new ConceptImages(labels, dissection.images().size());
    Atlas atlas = labels.atlas();
    for (Category category : atlas.vocabulary().categories()) {
      made.selected[category.index()] = dissection.categories().contains(category.name());
    }
    made.collect(dissection.concepts());
    return made;
  }

  private void collect(List<ConceptInfo> concepts) {
    Map<Integer, List<long[]>> found = new HashMap<>();
    Map<Integer, boolean[]> annotatedBy = new HashMap<>();
    for (ConceptInfo concept : concepts) {
      found.put(concept.number(), new ArrayList<>());
      annotatedBy.put(
          concept.number(),
          annotated.computeIfAbsent(concept.category(), key -> new boolean[atlasIndex.length]));
    }
    Map<Integer, Long> here = new HashMap<>();
    for (int image = 0; image < atlasIndex.length; image++) {
      int index = atlasIndex[image];
      if (index < 0) {
        continue;
      }
      here.clear();
      for (int r = atlas.firstRegion(index); r < atlas.firstRegion(index + 1); r++) {
        int last = 0;
        for (int l = atlas.labelStart(r); l < atlas.labelStart(r + 1); l++) {
          int number = atlas.label(l) >>> 8;
          // Labels of a region come in ascending order: a concept counts once a pixel.
          if (number > 0 && number != last && selected[atlas.label(l) & 0xff]) {
            here.merge(number, (long) atlas.regionPixels(r), Long::sum);
            last = number;
          }
        }
      }
      int at = image;
      here.forEach(
          (number, count) -> {
            List<long[]> holders = found.get(number);
            boolean[] known = annotatedBy.get(number);
            if (holders != null && known != null) {
              holders.add(new long[] {at, count});
              known[at] = true;
            }
          });
    }
    found.forEach(
        (number, list) -> {
          list.sort((a, b) -> a[1] != b[1] ? Long.compare(b[1], a[1]) : Long.compare(a[0], b[0]));
          images.put(number, list.stream().mapToInt(entry -> (int) entry[0]).toArray());
          pixels.put(number, list.stream().mapToInt(entry -> (int) entry[1]).toArray());
        });
  }

  /** Images that hold a concept, those with most of its pixels first. */
  int[] of(int number) {
    return images.getOrDefault(number, new int[0]);
  }

  Atlas atlas() {
    return atlas;
  }

  /** Where an image is in the atlas; −1 if it was left out. */
  int atlasIndex(int image) {
    return atlasIndex[image];
  }

  /** By index of a category: whether the result knows it. */
  boolean[] selected() {
    return selected.clone();
  }

  /** How many regions an image has. */
  int regions(int image) {
    return labels.regions(image);
  }

  /** Pixels of the concept in the image at that place of {@link #of}. */
  int pixels(int number, int place) {
    return Objects.requireNonNull(pixels.get(number))[place];
  }

  /**
   * The pixels of an image that carry a concept, as text: base64 of LEB128 numbers, the height and
   * width of the mask and then the lengths of runs, rows from the top, alternately without and with
   * the concept. Null where that would be long: a concept in specks all over the image.
   */
  @Nullable String mask(int image, int number) {
    int index = atlasIndex[image];
    int height = atlas.image(index).maskHeight();
    int width = atlas.image(index).maskWidth();
    if (regionMap.length < height * width) {
      regionMap = new char[height * width];
    }
    atlas.readRegionMap(index, regionMap);
    boolean[] holds = new boolean[atlas.image(index).regions()];
    int first = atlas.firstRegion(index);
    for (int r = 0; r < holds.length; r++) {
      for (int l = atlas.labelStart(first + r); l < atlas.labelStart(first + r + 1); l++) {
        holds[r] |= atlas.label(l) >>> 8 == number && selected[atlas.label(l) & 0xff];
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TileCodec.varint(out, height);
    TileCodec.varint(out, width);
    boolean with = false;
    int run = 0;
    for (int p = 0; p < height * width; p++) {
      if (holds[regionMap[p]] != with) {
        TileCodec.varint(out, run);
        run = 0;
        with = !with;
      }
      run++;
    }
    TileCodec.varint(out, run);
    return out.size() > LONGEST_MASK ? null : Base64.getEncoder().encodeToString(out.toByteArray());
  }

  /** What the data set says of a concept in each image. */
  Presence presence(ConceptInfo concept) {
    boolean[] holds = new boolean[atlasIndex.length];
    Arrays.stream(of(concept.number())).forEach(image -> holds[image] = true);
    return new Presence(
        holds, annotated.getOrDefault(concept.category(), new boolean[atlasIndex.length]));
  }

  @Override
  public void close() {
    labels.close();
  }
}
