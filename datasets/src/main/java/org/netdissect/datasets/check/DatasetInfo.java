package org.netdissect.datasets.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasImage;

/**
 * What is in a data set.
 *
 * @param name of the data set
 * @param images all, unreadable ones included
 * @param unreadable images with a missing or broken mask or photograph
 * @param splits images in each split
 * @param photoSizes images of each size of photograph, "height×width"
 * @param maskSizes images of each size of mask
 * @param regions of all images together
 * @param mostRegions of one image
 * @param categories in the order of the data set
 */
public record DatasetInfo(
    String name,
    int images,
    int unreadable,
    Map<String, Integer> splits,
    Map<String, Integer> photoSizes,
    Map<String, Integer> maskSizes,
    long regions,
    int mostRegions,
    List<OfCategory> categories) {

  /**
   * A category.
   *
   * @param name of the category
   * @param concepts how many belong to it
   * @param images how many hold at least one of them
   * @param labels the concepts, those in most images first
   */
  public record OfCategory(String name, int concepts, int images, List<OfConcept> labels) {}

  /**
   * A concept in a category.
   *
   * @param number of the concept
   * @param name of the concept
   * @param images how many hold it in this category
   * @param coverage pixels it covers there, in whole images; a label that stands twice on a pixel
   *     counts twice
   */
  public record OfConcept(int number, String name, int images, double coverage) {}

  /**
   * Counts what an atlas holds.
   *
   * @param unreadable numbers of images whose photographs cannot be read
   */
  public static DatasetInfo of(Atlas atlas, Set<Integer> unreadable) {
    Vocabulary vocabulary = atlas.vocabulary();
    int n = vocabulary.categories().size();
    Map<String, Integer> splits = new TreeMap<>();
    Map<String, Integer> photoSizes = new TreeMap<>();
    Map<String, Integer> maskSizes = new TreeMap<>();
    Map<Integer, int[]> count = new HashMap<>(); // label → images, last image
    Map<Integer, Double> coverage = new HashMap<>();
    int[] inCategory = new int[n];
    int[] lastImage = new int[n];
    Arrays.fill(lastImage, -1);
    int leftOut = 0;
    int mostRegions = 0;
    for (int i = 0; i < atlas.size(); i++) {
      AtlasImage image = atlas.image(i);
      splits.merge(image.split(), 1, Integer::sum);
      photoSizes.merge(image.photoHeight() + "×" + image.photoWidth(), 1, Integer::sum);
      maskSizes.merge(image.maskHeight() + "×" + image.maskWidth(), 1, Integer::sum);
      leftOut += image.problem() != null || unreadable.contains(i) ? 1 : 0;
      mostRegions = Math.max(mostRegions, image.regions());
      double all = (double) image.maskHeight() * image.maskWidth();
      for (int r = atlas.firstRegion(i); r < atlas.firstRegion(i + 1); r++) {
        for (int k = atlas.labelStart(r); k < atlas.labelStart(r + 1); k++) {
          int label = atlas.label(k);
          int[] of = count.computeIfAbsent(label, l -> new int[] {0, -1});
          if (of[1] != i) {
            of[0]++;
            of[1] = i;
          }
          coverage.merge(label, atlas.regionPixels(r) / all, Double::sum);
          int category = label & 0xff;
          if (lastImage[category] != i) {
            lastImage[category] = i;
            inCategory[category]++;
          }
        }
      }
    }
    List<OfCategory> categories = new ArrayList<>();
    for (Category category : vocabulary.categories()) {
      Map<Integer, OfConcept> labels = new TreeMap<>();
      for (Concept concept : vocabulary.concepts()) {
        if (concept.number() > 0 && concept.coverage(category.index()) > 0) {
          labels.put(concept.number(), new OfConcept(concept.number(), concept.name(), 0, 0));
        }
      }
      count.forEach(
          (label, of) -> {
            if ((label & 0xff) == category.index()) {
              int number = label >> 8;
              labels.put(
                  number,
                  new OfConcept(
                      number,
                      vocabulary.concept(number).name(),
                      of[0],
                      coverage.getOrDefault(label, 0.0)));
            }
          });
      List<OfConcept> sorted = new ArrayList<>(labels.values());
      sorted.sort(
          Comparator.comparingInt(OfConcept::images)
              .reversed()
              .thenComparing(Comparator.comparingDouble(OfConcept::coverage).reversed())
              .thenComparing(OfConcept::name));
      categories.add(
          new OfCategory(
              category.name(), sorted.size(), inCategory[category.index()], List.copyOf(sorted)));
    }
    return new DatasetInfo(
        atlas.name(),
        atlas.size(),
        leftOut,
        splits,
        photoSizes,
        maskSizes,
        atlas.firstRegion(atlas.size()),
        mostRegions,
        List.copyOf(categories));
  }
}
