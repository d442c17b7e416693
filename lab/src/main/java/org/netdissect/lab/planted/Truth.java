package org.netdissect.lab.planted;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.netdissect.lab.world.World;
import org.netdissect.lab.world.WorldImage;

/** The pixels of every concept of some images of a world. */
final class Truth {
  /** One concept: its pixels over all images, image after image. */
  record Concept(String name, String category, BitSet pixels, long count) {}

  private final int images;
  private final int side;
  private final Map<String, Concept> concepts = new LinkedHashMap<>();
  private final Map<String, BitSet> imagesOfCategory = new HashMap<>();

  private Truth(int images, int side) {
    this.images = images;
    this.side = side;
  }

  static Truth of(World world, int images) {
    Truth begun = null;
    Map<String, BitSet> pixels = new LinkedHashMap<>();
    Map<String, Map<String, Long>> byCategory = new HashMap<>();
    for (int i = 0; i < images; i++) {
      WorldImage image = world.render(i);
      if (begun == null) {
        begun = new Truth(images, image.maskSize());
      }
      int area = image.maskSize() * image.maskSize();
      int base = i * area;
      layer(pixels, byCategory, image, image.colors(), "color", base);
      layer(pixels, byCategory, image, image.objects(), "object", base);
      layer(pixels, byCategory, image, image.parts(), "part", base);
      layer(pixels, byCategory, image, image.materials(), "material", base);
      if (!image.scene().isEmpty()) {
        whole(pixels, byCategory, image.scene() + "-s", "scene", base, area);
      }
      for (String texture : image.textures()) {
        whole(pixels, byCategory, texture, "texture", base, area);
      }
    }
    Truth truth = Objects.requireNonNull(begun, "no images");
    // The primary category is the one where the label covers most; on ties the later one.
    List<String> order = List.of("color", "object", "part", "material", "scene", "texture");
    for (Map.Entry<String, BitSet> entry : pixels.entrySet()) {
      Map<String, Long> counts = Objects.requireNonNull(byCategory.get(entry.getKey()));
      String primary =
          counts.keySet().stream()
              .max(
                  Comparator.comparingLong((String category) -> counts.get(category))
                      .thenComparingInt(order::indexOf))
              .orElseThrow();
      BitSet set = entry.getValue();
      truth.concepts.put(
          entry.getKey(), new Concept(entry.getKey(), primary, set, set.cardinality()));
    }
    for (Concept concept : truth.concepts.values()) {
      BitSet in = truth.imagesOfCategory.computeIfAbsent(concept.category, key -> new BitSet());
      int area = truth.side * truth.side;
      for (int p = concept.pixels.nextSetBit(0); p >= 0; ) {
        in.set(p / area);
        p = concept.pixels.nextSetBit((p / area + 1) * area);
      }
    }
    return truth;
  }

  private static void layer(
      Map<String, BitSet> pixels,
      Map<String, Map<String, Long>> byCategory,
      WorldImage image,
      char[] codes,
      String category,
      int base) {
    for (int p = 0; p < codes.length; p++) {
      if (codes[p] > 0) {
        String name = image.names().get(codes[p]);
        pixels.computeIfAbsent(name, key -> new BitSet()).set(base + p);
        byCategory.computeIfAbsent(name, key -> new HashMap<>()).merge(category, 1L, Long::sum);
      }
    }
  }

  private static void whole(
      Map<String, BitSet> pixels,
      Map<String, Map<String, Long>> byCategory,
      String name,
      String category,
      int base,
      int area) {
    pixels.computeIfAbsent(name, key -> new BitSet()).set(base, base + area);
    byCategory
        .computeIfAbsent(name, key -> new HashMap<>())
        .merge(category, (long) area, Long::sum);
  }

  int images() {
    return images;
  }

  /** Mask pixels a side. */
  int side() {
    return side;
  }

  long pixels() {
    return (long) images * side * side;
  }

  /** Names of the images as {@code WorldFolder} writes them. */
  List<String> imageNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      names.add(String.format(Locale.ROOT, "world/%06d.png", i));
    }
    return names;
  }

  /** Share of the images that hold a label whose primary category this is. */
  double imagesHolding(String category) {
    return Objects.requireNonNull(imagesOfCategory.get(category)).cardinality() / (double) images;
  }

  /** Whether two labels have the very same pixels, so that nothing can tell them apart. */
  boolean same(String a, String b) {
    Concept x = concepts.get(a);
    Concept y = concepts.get(b);
    return x != null && y != null && x.pixels.equals(y.pixels);
  }

  /**
   * Concepts to plant: of each category up to so many, from rare to common, between a 2,000th and
   * an 8th of all pixels, where an IoU of 0.04 can be reached.
   */
  List<Concept> choose(int perCategory) {
    List<Concept> chosen = new ArrayList<>();
    for (String category : List.of("color", "object", "part", "material", "scene", "texture")) {
      List<Concept> fit =
          concepts.values().stream()
              .filter(concept -> concept.category.equals(category))
              .filter(concept -> concept.count * 2000 > pixels() && concept.count * 8 < pixels())
              .sorted(Comparator.comparingLong(Concept::count).thenComparing(Concept::name))
              .toList();
      int n = Math.min(perCategory, fit.size());
      for (int k = 0; k < n; k++) {
        chosen.add(fit.get(n == 1 ? 0 : (int) ((long) k * (fit.size() - 1) / (n - 1))));
      }
    }
    return chosen;
  }
}
