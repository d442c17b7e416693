package org.netdissect.concepts;

import java.util.List;

/**
 * Something a person can name in an image.
 *
 * @param number its number in the data set, 0 … 1,000,000 (0 stands for "no label")
 * @param name its name; blank for a number that stands in no table
 * @param synonyms other names, maybe none
 * @param coverage for each category of the vocabulary, how much of the images the concept covers
 *     there, in whole images; 0 where it does not belong to the category
 */
public record Concept(int number, String name, List<String> synonyms, List<Double> coverage) {
  public Concept {
    synonyms = List.copyOf(synonyms);
    coverage = List.copyOf(coverage);
  }

  /** How much of the images the concept covers in the category, in whole images. */
  public double coverage(int category) {
    return coverage.get(category);
  }
}
