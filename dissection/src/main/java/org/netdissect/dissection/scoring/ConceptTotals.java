package org.netdissect.dissection.scoring;

import java.util.BitSet;
import java.util.List;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageSet;

/**
 * What the data set says of the concepts of the selected categories, over the images that were
 * read: G(c), the pixels of each concept, and which images hold which category.
 */
public final class ConceptTotals {
  private final ImageSet images;
  private final Atlas atlas;
  private final boolean perChannel;
  private final List<Category> categories;
  private final boolean[] selected;

  /** Place of each concept's primary category among the selected ones. */
  private final int[] primary;

  private final long[] truth;
  private final int[] imagesWith;
  private final long[] imageCategories;

  /**
   * Counts.
   *
   * @param categories the selected ones, in the data set's order
   * @param read the images that were read
   */
  public ConceptTotals(
      ImageSet images, List<Category> categories, Convention convention, BitSet read) {
    this.images = images;
    this.atlas = images.atlas();
    this.categories = categories;
    this.perChannel = convention.countsPerChannel();
    Vocabulary vocabulary = atlas.vocabulary();
    selected = new boolean[256];
    long bits = 0;
    int[] place = new int[vocabulary.categories().size()];
    for (int c = 0; c < categories.size(); c++) {
      selected[categories.get(c).index()] = true;
      bits |= 1L << categories.get(c).index();
      place[categories.get(c).index()] = c;
    }
    int numbers = Math.max(vocabulary.maxNumber(), maxNumber(atlas)) + 1;
    primary = new int[numbers];
    for (int number = 1; number < numbers; number++) {
      primary[number] = place[vocabulary.primaryCategory(number, bits)];
    }
    truth = new long[numbers];
    imagesWith = new int[numbers];
    imageCategories = new long[images.size()];
    int[] lastSeenIn = new int[numbers];
    for (int image = read.nextSetBit(0); image >= 0; image = read.nextSetBit(image + 1)) {
      int at = image + 1;
      int index = images.atlasIndex(image);
      long holds = 0;
      for (int r = atlas.firstRegion(index); r < atlas.firstRegion(index + 1); r++) {
        int pixels = atlas.regionPixels(r);
        int end = atlas.labelStart(r + 1);
        int last = 0;
        for (int l = atlas.labelStart(r); l < end; l++) {
          int number = concept(l, last);
          if (number > 0) {
            last = number;
            truth[number] += pixels;
            holds |= 1L << primary[number];
            if (lastSeenIn[number] != at) {
              lastSeenIn[number] = at;
              imagesWith[number]++;
            }
          }
        }
      }
      imageCategories[image] = holds;
    }
  }

  private static int maxNumber(Atlas atlas) {
    int max = 0;
    for (int l = 0; l < atlas.labelStart(atlas.firstRegion(atlas.size())); l++) {
      max = Math.max(max, atlas.label(l) >>> 8);
    }
    return max;
  }

  /**
   * The concept that a label of a region counts for.
   *
   * @param position of the label in the atlas
   * @param last the number counted before in the same region; labels come in ascending order
   * @return 0 if it does not count: its category is not selected, or it has been counted
   */
  private int concept(int position, int last) {
    int label = atlas.label(position);
    int number = label >>> 8;
    return selected[label & 0xff] && (perChannel || number != last) ? number : 0;
  }

  public List<Category> categories() {
    return categories;
  }

  /** One more than the largest concept number. */
  public int numbers() {
    return truth.length;
  }

  public String name(int number) {
    return atlas.vocabulary().concept(number).name();
  }

  public long truth(int number) {
    return truth[number];
  }

  /** Images that hold the concept. */
  public int imagesWith(int number) {
    return imagesWith[number];
  }

  /** Place of the concept's primary category among the selected ones. */
  public int primary(int number) {
    return primary[number];
  }

  /** Bit per selected category: whether the image holds a label of that primary category. */
  public long imageCategories(int image) {
    return imageCategories[image];
  }

  ImageSet images() {
    return images;
  }

  /**
   * Adds pixels of a mask in a region to the concepts there.
   *
   * @param intersection by concept number
   * @return bit per selected category of the concepts there
   */
  public long addHit(int image, int region, int pixels, long[] intersection) {
    int r = atlas.firstRegion(images.atlasIndex(image)) + region;
    int end = atlas.labelStart(r + 1);
    int last = 0;
    long touched = 0;
    for (int l = atlas.labelStart(r); l < end; l++) {
      int number = concept(l, last);
      if (number > 0) {
        last = number;
        intersection[number] += pixels;
        touched |= 1L << primary[number];
      }
    }
    return touched;
  }
}
