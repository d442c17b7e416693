package org.netdissect.dissection.fit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.pictures.Framing;
import org.netdissect.pictures.Photographs;

/**
 * Tries preprocessings on some photographs and tells how a classifier behaves under each. It needs
 * one output with a value for each class; a network without is refused.
 *
 * <p>The evidence is circumstantial: the networks behave best as they were trained, but a
 * preprocessing that is nearly right does nearly as well. Where the classes have names that labels
 * of the photographs bear as well, it counts whether they are found. Cost: two runs of the network
 * for each photograph and preprocessing.
 */
public final class PreprocessingCheck {
  /** Two that differ by less are not told apart. */
  private static final double CLEAR = 0.1;

  /** What is so far behind is not tried further. */
  private static final double HOPELESS = 0.25;

  /** By fewer photographs no preprocessing is called better than another. */
  public static final int ENOUGH = 16;

  /** After so many photographs a quick check looks whether it knows enough. */
  private static final List<Integer> STOPS = List.of(4, 8, ENOUGH);

  /**
   * Share of the bits that outputs could tell. Trained classifiers under their own preprocessing
   * told from 0.38 of them on (ImageNet and Places365, 16 and 100 photographs); the same with
   * random or shuffled weights 0.14 at most, under whichever.
   */
  private static final double TELLING = 0.25;

  private final List<Fit> fits;
  private final int images;
  private final int named;
  private final int outputs;

  private PreprocessingCheck(List<Fit> fits, int images, int named, int outputs) {
    this.fits = fits;
    this.images = images;
    this.named = named;
    this.outputs = outputs;
  }

  /**
   * Tries them.
   *
   * @param candidates by name
   * @param classes names of the outputs in their order; empty where nobody knows them
   * @param framing how photographs come into the input
   * @param most photographs, taken evenly from the data set
   * @throws ModelException if the network has no output with a value for each class
   */
  public static PreprocessingCheck of(
      Network network,
      Map<String, Preprocessing> candidates,
      List<String> classes,
      ConceptDataset data,
      Framing framing,
      int most,
      Progress progress)
      throws IOException {
    return new Search(network, classes, data, framing, null).run(candidates, most, progress);
  }

  /**
   * Tries the known ones only as far as it takes to see whether one is clearly better than the
   * usual: what falls behind is given up, and all of it once the usual is the best.
   *
   * @param usual name of a known preprocessing
   * @param most photographs at most
   * @throws ModelException as {@link #of}
   */
  public static PreprocessingCheck against(
      String usual,
      Network network,
      List<String> classes,
      ConceptDataset data,
      Framing framing,
      int most,
      Progress progress)
      throws IOException {
    return new Search(network, classes, data, framing, usual).run(known(), most, progress);
  }

  /** The known ones by name. */
  public static Map<String, Preprocessing> known() {
    Map<String, Preprocessing> known = new LinkedHashMap<>();
    Preprocessing.known().forEach(one -> known.put(one.name(), one));
    return known;
  }

  /** How the network behaves under each, the best first. */
  public List<Fit> fits() {
    return fits;
  }

  /** Photographs that were shown. */
  public int images() {
    return images;
  }

  /** Concepts of the data set that are a class by name. */
  public int namedConcepts() {
    return named;
  }

  /**
   * Whether there is one that the network works under: its outputs tell photographs apart, or find
   * what labels name. Under none it has random weights, or was made for other pictures, and an
   * order of the preprocessings says nothing.
   */
  public boolean isAnyFitting() {
    double most = Math.log(Math.max(2, Math.min(images, outputs))) / Math.log(2);
    return fits.stream()
        .anyMatch(fit -> fit.information() >= TELLING * most || fit.isNamingBeyondChance());
  }

  /** Whether the best is clearly better than another, where photographs can tell that. */
  public boolean isClearlyBetterThan(String name) {
    return images >= ENOUGH && isAnyFitting() && isAhead(name);
  }

  private boolean isAhead(String name) {
    return fits.stream()
        .filter(fit -> fit.name().equals(name))
        .anyMatch(fit -> score(fits.get(0)) > score(fit) + CLEAR);
  }

  /** From 0 to 1; what counts is the order. */
  public double score(Fit fit) {
    return fit.score(images);
  }

  /**
   * Photographs from all over a data set at a network's input size, as height × width × 3 bytes.
   * Those that cannot be read are passed over.
   *
   * @param framing how they come into the input
   * @param most of them; fewer where the data set has fewer
   */
  public static List<byte[]> photographs(
      Network network, ConceptDataset data, Framing framing, int most) throws IOException {
    List<byte[]> photographs = new ArrayList<>();
    for (ImageRow row : ImageOrder.spread(data.images(), most)) {
      byte[] photograph = photograph(network, data, row, framing);
      if (photograph != null) {
        photographs.add(photograph);
      }
    }
    return photographs;
  }

  /** One of them, or null if it cannot be read. */
  private static byte @Nullable [] photograph(
      Network network, ConceptDataset data, ImageRow row, Framing framing) throws IOException {
    try {
      return Photographs.read(data.photograph(row), row.photoHeight(), row.photoWidth())
          .framed(framing, network.inputHeight(), network.inputWidth())
          .rgb();
    } catch (DataException e) {
      // Some cannot be read; enough can.
      return null;
    }
  }

  /** What is shown to whom, and until when. */
  private record Search(
      Network network,
      List<String> names,
      ConceptDataset data,
      Framing framing,
      @Nullable String usual) {

    PreprocessingCheck run(Map<String, Preprocessing> candidates, int most, Progress progress)
        throws IOException {
      List<ImageRow> rows = ImageOrder.spread(data.images(), most);
      // Every other half comes first, so that a few are from all over as well.
      List<ImageRow> order = usual == null ? rows : scattered(rows);
      try (Trial trial = Trial.of(network, candidates);
          Progress.Phase phase =
              progress.phase(
                  "check", order.size(), usual == null ? "photographs" : "photographs at most")) {
        ClassNames known = null;
        int outputs = 0;
        List<Fit> given = new ArrayList<>();
        for (ImageRow row : order) {
          byte[] photograph = photograph(network, data, row, framing);
          phase.advance(1);
          if (photograph == null) {
            continue;
          }
          if (known == null) {
            outputs = trial.outputs(photograph);
            known = classNames(outputs);
          }
          trial.show(photograph, known.isEmpty() ? Set.of() : shown(known, row));
          if (usual != null && STOPS.contains(trial.images()) && isEnough(trial, given)) {
            break;
          }
        }
        if (known == null || trial.images() < 2) {
          throw new DataException(data.name() + ": fewer than two photographs can be read");
        }
        phase.done();
        given.addAll(sorted(trial));
        given.sort(Comparator.comparingDouble(fit -> -fit.score(trial.images())));
        return new PreprocessingCheck(List.copyOf(given), trial.images(), known.size(), outputs);
      }
    }

    /** By their distance in the order of numbers turned round: 0, 8, 4, 12, 2, … */
    private static List<ImageRow> scattered(List<ImageRow> rows) {
      List<Integer> places = new ArrayList<>();
      for (int i = 0; i < rows.size(); i++) {
        places.add(i);
      }
      places.sort(Comparator.comparingInt(i -> Integer.reverse(i) >>> 1));
      return places.stream().map(rows::get).toList();
    }

    private ClassNames classNames(int outputs) {
      ClassNames byName = ClassNames.of(names, outputs, data.vocabulary());
      return byName.isEmpty() ? ClassNames.inOrder(outputs, data.vocabulary()) : byName;
    }

    private Set<Integer> shown(ClassNames known, ImageRow row) throws DataException {
      try {
        return known.of(data.annotate(row));
      } catch (DataException e) {
        return Set.of();
      }
    }

    private static List<Fit> sorted(Trial trial) {
      List<Fit> fits = new ArrayList<>(trial.fits());
      fits.sort(Comparator.comparingDouble(fit -> -fit.score(trial.images())));
      return fits;
    }

    /** Whether the usual is the best, or clearly not; gives up what is far behind. */
    private boolean isEnough(Trial trial, List<Fit> given) {
      List<Fit> fits = sorted(trial);
      double best = fits.get(0).score(trial.images());
      for (Fit fit : fits) {
        boolean isUsual = fit.name().equals(usual);
        double behind = best - fit.score(trial.images());
        if (isUsual && (behind == 0 || (behind > 2 * CLEAR && trial.images() >= ENOUGH))) {
          return true;
        }
        if (!isUsual && behind > HOPELESS) {
          trial.drop(fit.name());
          given.add(fit);
        }
      }
      return false;
    }
  }
}
