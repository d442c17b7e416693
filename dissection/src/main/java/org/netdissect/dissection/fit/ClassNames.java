package org.netdissect.dissection.fit;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.AnnotatedImage.LabelMap;
import org.netdissect.concepts.AnnotatedImage.WholeLabel;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.Vocabulary;

/**
 * Which of a classifier's classes a data set's concepts are, by their names. Case, underscores and
 * hyphens do not matter, nor do the letters that Broden puts behind scenes and colors, nor the
 * numbers and folders that lists of ImageNet's and Places' classes have before and behind names.
 */
final class ClassNames {
  /** Class of the concept, by its number; a concept may be several. */
  private final Map<Integer, Set<Integer>> classesOf;

  private ClassNames(Map<Integer, Set<Integer>> classesOf) {
    this.classesOf = classesOf;
  }

  /**
   * By the names of the classes in the order of the outputs.
   *
   * @param outputs values that the classifier gives; of names that are one less, the first output
   *     is taken for the background
   */
  static ClassNames of(List<String> names, int outputs, Vocabulary vocabulary) {
    Map<Integer, Set<Integer>> classesOf = new HashMap<>();
    int first = outputs - names.size();
    if (first == 0 || first == 1) {
      Map<String, Set<Integer>> classes = new HashMap<>();
      for (int c = 0; c < names.size(); c++) {
        for (String name : spellings(names.get(c))) {
          classes.computeIfAbsent(name, k -> new HashSet<>()).add(first + c);
        }
      }
      for (Concept concept : vocabulary.concepts()) {
        List<String> own = new ArrayList<>(concept.synonyms());
        own.add(concept.name());
        for (String name : own) {
          Set<Integer> called = classes.get(plain(name));
          if (called != null && concept.number() > 0) {
            classesOf.computeIfAbsent(concept.number(), k -> new HashSet<>()).addAll(called);
          }
        }
      }
    }
    return new ClassNames(classesOf);
  }

  /**
   * Of a data set that has one folder for each class: training on such folders numbers them in the
   * order of their names.
   */
  static ClassNames inOrder(int outputs, Vocabulary vocabulary) {
    List<Concept> concepts =
        new ArrayList<>(
            vocabulary.concepts().stream().filter(concept -> concept.number() > 0).toList());
    Map<Integer, Set<Integer>> classesOf = new HashMap<>();
    if (vocabulary.categories().size() == 1 && concepts.size() == outputs) {
      concepts.sort(Comparator.comparing(Concept::name));
      for (int c = 0; c < outputs; c++) {
        classesOf.put(concepts.get(c).number(), Set.of(c));
      }
    }
    return new ClassNames(classesOf);
  }

  boolean isEmpty() {
    return classesOf.isEmpty();
  }

  /** Concepts that are a class. */
  int size() {
    return classesOf.size();
  }

  /** The classes that an image shows by its labels; maybe none. */
  Set<Integer> of(AnnotatedImage image) {
    BitSet seen = new BitSet();
    for (LabelMap map : image.maps()) {
      for (char label : map.labels()) {
        seen.set(label);
      }
    }
    for (WholeLabel label : image.wholeLabels()) {
      seen.set(label.number());
    }
    Set<Integer> classes = new HashSet<>();
    seen.stream().forEach(number -> classes.addAll(classesOf.getOrDefault(number, Set.of())));
    return classes;
  }

  /**
   * "n01440764 tench, Tinca tinca" is a tench and a tinca tinca; "/c/church/indoor 91" a church.
   */
  private static Set<String> spellings(String name) {
    String bare = name.replaceFirst("^n\\d{8}\\s+", "").replaceFirst("^/[a-z]/", "");
    bare = bare.replaceFirst("\\s+\\d+$", "");
    Set<String> spellings = new HashSet<>();
    for (String part : bare.split(",")) {
      if (!plain(part).isEmpty()) {
        spellings.add(plain(part));
      }
    }
    spellings.add(plain(bare));
    if (name.matches("n\\d{8}(\\s.*)?")) {
      spellings.add(name.substring(0, 9));
    }
    return spellings;
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT)
        .replaceFirst("-[sc]$", "")
        .replaceAll("[\\s_/-]+", " ")
        .strip();
  }
}
