package org.netdissect.analysis.probes;

import de.bwaldvogel.liblinear.Feature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.threads.Workers;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.ProbeInfo;

/**
 * How well layers serve another task: a linear classifier on their features, trained on some images
 * of each class and tested on others (paper, section 3.6 and Figure 12).
 */
public final class Probe {
  private static final int FEWEST_OF_A_CLASS = 2;

  private final ClassImages images;
  private final @Nullable ClassImages test;
  private final ProbeOptions options;
  private final @Nullable FeatureCache cache;
  private final Progress progress;

  private Probe(
      ClassImages images,
      @Nullable ClassImages test,
      ProbeOptions options,
      @Nullable FeatureCache cache,
      Progress progress) {
    this.images = images;
    this.test = test;
    this.options = options;
    this.cache = cache;
    this.progress = progress;
  }

  /**
   * Makes ready to probe.
   *
   * @param data images with a class each
   * @param test others to test on; null to hold some of the first back
   * @param cache folder for features; null for none
   * @throws DataException in one line if there are fewer than two classes
   */
  public static Probe of(
      ConceptDataset data,
      @Nullable ConceptDataset test,
      ProbeOptions options,
      @Nullable Path cache,
      Progress progress)
      throws IOException {
    Probe probe =
        new Probe(
            ClassImages.of(data),
            test == null ? null : ClassImages.of(test),
            options,
            cache == null ? null : new FeatureCache(cache),
            progress);
    probe.checkClasses();
    return probe;
  }

  /**
   * Refuses early data without two classes, after a look at as few images as tell.
   *
   * @throws DataException in one line
   */
  public static void checkClasses(ConceptDataset data) throws IOException {
    if (!ClassImages.areSeveral(data)) {
      ProbeOptions any = new ProbeOptions(Pool.AVG, ProbeOptions.COST, 1, 0.5, 1, 1);
      of(data, null, any, null, Progress.NONE);
    }
  }

  /** About how many images of a data set would be probed, after a look at some of them. */
  public static int about(ConceptDataset data) {
    return (int) Math.ceil(ClassImages.share(data) * data.images().size());
  }

  private void checkClasses() throws DataException {
    long classes = images.classes().stream().distinct().count();
    if (classes < 2) {
      throw new DataException(
          images.data().name()
              + " has one class only, "
              + Text.oneLine(images.classes().get(0))
              + "; there is nothing to tell apart");
    }
    if (test == null) {
      return;
    }
    for (String name : test.classes()) {
      if (!images.classes().contains(name)) {
        throw new DataException(
            test.data().name()
                + " has a class that "
                + images.data().name()
                + " has not: "
                + Text.oneLine(name));
      }
    }
  }

  /** Opens a source for images of a data set. */
  public interface Sources {
    ActivationSource open(ConceptDataset data, ImageOrder images) throws IOException;
  }

  /**
   * Of a layer.
   *
   * @param layer its name
   * @param entry what came of it
   */
  public record OfLayer(String layer, ProbeInfo.Entry entry) {}

  /**
   * Probes layers of a network.
   *
   * @param sources opens them; the same layers whatever the images
   * @return in the order of the source's layers
   * @throws DataException in one line if fewer than two classes can be read, or features are zero
   */
  public List<OfLayer> run(NetworkInfo network, Sources sources) throws IOException {
    List<String> names = new ArrayList<>();
    LayerFeatures features;
    LayerFeatures tested = null;
    try (ActivationSource source = sources.open(images.data(), images.images())) {
      source.layers().forEach(layer -> names.add(layer.name()));
      features = features(source, network, images);
    }
    if (test != null) {
      try (ActivationSource source = sources.open(test.data(), test.images())) {
        tested = features(source, network, test);
      }
    }
    List<OfLayer> all = new ArrayList<>();
    for (int l = 0; l < names.size(); l++) {
      features.check(l, names.get(l));
      float[][] others = tested == null ? null : tested.values().get(l);
      all.add(new OfLayer(names.get(l), probe(features.values().get(l), others)));
    }
    return all;
  }

  private LayerFeatures features(ActivationSource source, NetworkInfo network, ClassImages of)
      throws IOException {
    return LayerFeatures.of(
        source, network, of, options.pool(), cache, options.workers(), progress);
  }

  /** Images by class that take part, by class from 0. */
  private static Map<String, List<Integer>> readable(ClassImages of, float[][] features) {
    Map<String, List<Integer>> byClass = new TreeMap<>();
    for (int i = 0; i < features.length; i++) {
      List<Integer> own = byClass.computeIfAbsent(of.classes().get(i), name -> new ArrayList<>());
      if (features[i] != null) {
        own.add(i);
      }
    }
    return byClass;
  }

  private ProbeInfo.Entry probe(float[][] features, float @Nullable [][] others)
      throws IOException {
    Map<String, List<Integer>> byClass = readable(images, features);
    int fewest = others == null ? FEWEST_OF_A_CLASS : 1;
    List<String> few =
        byClass.entrySet().stream()
            .filter(one -> one.getValue().size() < fewest)
            .map(Map.Entry::getKey)
            .toList();
    if (!few.isEmpty()) {
      progress.warn(
          images.data().name()
              + ": left out "
              + few.size()
              + (few.size() == 1 ? " class" : " classes")
              + " with fewer than "
              + fewest
              + " readable images: "
              + Text.oneLine(String.join(", ", few)));
    }
    byClass.keySet().removeAll(few);
    if (byClass.size() < 2) {
      throw new DataException(
          images.data().name() + ": fewer than two classes have images that can be read");
    }
    List<List<Integer>> classes = List.copyOf(byClass.values());
    Feature[][] sparse = sparse(features);
    int size = Arrays.stream(features).filter(f -> f != null).findFirst().orElseThrow().length;
    List<LinearClassifier.Accuracy> accuracies =
        others == null
            ? split(classes, sparse, size)
            : List.of(tested(List.copyOf(byClass.keySet()), classes, sparse, others, size));
    return entry(classes, features.length, size, accuracies);
  }

  private static Feature[][] sparse(float[][] features) {
    Feature[][] sparse = new Feature[features.length][];
    for (int i = 0; i < features.length; i++) {
      sparse[i] = features[i] == null ? new Feature[0] : LinearClassifier.sparse(features[i]);
    }
    return sparse;
  }

  private List<LinearClassifier.Accuracy> split(
      List<List<Integer>> classes, Feature[][] sparse, int size) throws IOException {
    LinearClassifier.Accuracy[] accuracies = new LinearClassifier.Accuracy[options.splits()];
    try (Progress.Phase phase = progress.phase("training", options.splits(), "splits")) {
      Workers.run(
          options.workers(),
          options.splits(),
          "probe",
          () ->
              split -> {
                accuracies[split] = split(classes, sparse, size, split);
                phase.advance(1);
              });
      phase.done();
    }
    return List.of(accuracies);
  }

  private LinearClassifier.Accuracy split(
      List<List<Integer>> classes, Feature[][] sparse, int size, int split) {
    SplittableRandom random = new SplittableRandom(options.seed() + 0x9E3779B97F4A7C15L * split);
    Chosen train = new Chosen();
    Chosen rest = new Chosen();
    for (int c = 0; c < classes.size(); c++) {
      List<Integer> left = new ArrayList<>(classes.get(c));
      int trained =
          (int) Math.max(1, Math.min(left.size() - 1, Math.round(options.trained() * left.size())));
      while (!left.isEmpty()) {
        int image = left.remove(random.nextInt(left.size()));
        (trained-- > 0 ? train : rest).add(sparse[image], c);
      }
    }
    return LinearClassifier.train(train.images(), train.classes(), size, options.cost())
        .test(rest.images(), rest.classes(), classes.size());
  }

  private LinearClassifier.Accuracy tested(
      List<String> names,
      List<List<Integer>> classes,
      Feature[][] sparse,
      float[][] others,
      int size)
      throws DataException {
    Chosen train = new Chosen();
    for (int c = 0; c < classes.size(); c++) {
      for (int image : classes.get(c)) {
        train.add(sparse[image], c);
      }
    }
    Chosen rest = new Chosen();
    for (int i = 0; i < others.length && test != null; i++) {
      int c = names.indexOf(test.classes().get(i));
      if (others[i] != null && c >= 0) {
        rest.add(LinearClassifier.sparse(others[i]), c);
      }
    }
    if (rest.images().length == 0) {
      throw new DataException("no image to test on can be read");
    }
    return LinearClassifier.train(train.images(), train.classes(), size, options.cost())
        .test(rest.images(), rest.classes(), classes.size());
  }

  /** Images and their classes. */
  private static final class Chosen {
    private final List<Feature[]> images = new ArrayList<>();
    private final List<Integer> classes = new ArrayList<>();

    void add(Feature[] image, int ofClass) {
      images.add(image);
      classes.add(ofClass);
    }

    Feature[][] images() {
      return images.toArray(new Feature[0][]);
    }

    int[] classes() {
      return classes.stream().mapToInt(c -> c).toArray();
    }
  }

  private ProbeInfo.Entry entry(
      List<List<Integer>> classes, int all, int size, List<LinearClassifier.Accuracy> accuracies) {
    double[] byClass =
        accuracies.stream().mapToDouble(LinearClassifier.Accuracy::byClass).toArray();
    double mean = Arrays.stream(byClass).average().orElse(0);
    double square = Arrays.stream(byClass).map(a -> (a - mean) * (a - mean)).sum();
    int taken = classes.stream().mapToInt(List::size).sum();
    return new ProbeInfo.Entry(
        images.data().name(),
        test == null ? null : test.data().name(),
        images.category(),
        classes.size(),
        taken,
        images.without() + all - taken,
        options.pool().toString(),
        size,
        options.cost(),
        test == null ? options.trained() : null,
        options.seed(),
        Arrays.stream(byClass).boxed().toList(),
        mean,
        byClass.length < 2 ? 0 : Math.sqrt(square / (byClass.length - 1)),
        accuracies.stream().mapToDouble(LinearClassifier.Accuracy::overall).average().orElse(0));
  }
}
