package org.netdissect.dissection.fit;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.networks.Layer;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.NetworkOutputs;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.Runner;
import org.netdissect.networks.TappedNetwork;
import org.netdissect.pictures.Framing;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Photographs.Photograph;

/**
 * Tries preprocessings on some photographs and tells how a classifier behaves under each. It needs
 * one output with a value for each class; a network without is refused.
 *
 * <p>The evidence is circumstantial: the networks behave best as they were trained, but a
 * preprocessing that is nearly right does nearly as well. Cost: two runs of the network for each
 * photograph and preprocessing, and one of its front part.
 */
public final class PreprocessingCheck {
  /** Two that differ by less are not told apart. */
  private static final double CLEAR = 0.1;

  private final List<Fit> fits;
  private final int images;

  private PreprocessingCheck(List<Fit> fits, int images) {
    this.fits = fits;
    this.images = images;
  }

  /**
   * Tries them.
   *
   * @param candidates by name
   * @param framing how photographs come into the input
   * @param most photographs, taken evenly from the data set
   * @throws ModelException if the network has no output with a value for each class
   */
  public static PreprocessingCheck of(
      Network network,
      Map<String, Preprocessing> candidates,
      ConceptDataset data,
      Framing framing,
      int most,
      Progress progress)
      throws IOException {
    List<byte[]> photographs = photographs(network, data, framing, most);
    if (photographs.size() < 2) {
      throw new DataException(data.name() + ": fewer than two photographs can be read");
    }
    List<Fit> fits = new ArrayList<>();
    try (Progress.Phase phase =
        progress.phase("check", (long) candidates.size() * photographs.size(), "photographs")) {
      for (Map.Entry<String, Preprocessing> candidate : candidates.entrySet()) {
        List<double[]> seen = new ArrayList<>();
        List<double[]> mirrored = new ArrayList<>();
        try (NetworkOutputs outputs = network.outputs(candidate.getValue(), List.of())) {
          for (byte[] photograph : photographs) {
            seen.add(classes(outputs, photograph));
            mirrored.add(classes(outputs, mirrored(photograph, network.inputWidth())));
            phase.advance(1);
          }
        }
        double dead = dead(network, candidate.getValue(), photographs);
        fits.add(Fit.of(candidate.getKey(), seen, mirrored, dead));
      }
      phase.done();
    }
    fits.sort(Comparator.comparingDouble((Fit fit) -> -fit.score(photographs.size())));
    return new PreprocessingCheck(List.copyOf(fits), photographs.size());
  }

  /** The known ones by name. */
  public static Map<String, Preprocessing> known() throws ModelException {
    Map<String, Preprocessing> known = new LinkedHashMap<>();
    for (String name : Preprocessing.names()) {
      known.put(name, Preprocessing.of(name));
    }
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

  /** Whether the best is clearly better than another. */
  public boolean isClearlyBetterThan(String name) {
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
    List<ImageRow> rows = data.images();
    int step = Math.max(1, rows.size() / most);
    List<byte[]> photographs = new ArrayList<>();
    for (int i = 0; i < rows.size() && photographs.size() < most; i += step) {
      try {
        ImageRow row = rows.get(i);
        Photograph photograph =
            Photographs.read(data.photograph(row), row.photoHeight(), row.photoWidth());
        photographs.add(
            photograph
                .framed(
                    framing.frame(
                        photograph.height(),
                        photograph.width(),
                        network.inputHeight(),
                        network.inputWidth()))
                .rgb());
      } catch (DataException e) {
        // Some cannot be read; enough can.
      }
    }
    return photographs;
  }

  private static byte[] mirrored(byte[] rgb, int width) {
    byte[] mirrored = new byte[rgb.length];
    for (int p = 0; p < rgb.length / 3; p++) {
      int from = p / width * width + width - 1 - p % width;
      System.arraycopy(rgb, 3 * from, mirrored, 3 * p, 3);
    }
    return mirrored;
  }

  /** Share of the default layer's units that are zero on every photograph. */
  private static double dead(Network network, Preprocessing preprocessing, List<byte[]> photographs)
      throws IOException {
    Layer layer = network.defaultLayer();
    boolean[] alive = new boolean[layer.channels()];
    try (TappedNetwork tapped = network.tap(List.of(layer), preprocessing);
        Runner runner = tapped.newRunner(1)) {
      int cells = layer.height() * layer.width();
      for (byte[] photograph : photographs) {
        runner.photograph(0, photograph);
        FloatBuffer maps = runner.run(1)[0];
        for (int unit = 0; unit < alive.length; unit++) {
          for (int cell = 0; cell < cells && !alive[unit]; cell++) {
            alive[unit] = maps.get(unit * cells + cell) != 0;
          }
        }
      }
    }
    int dead = 0;
    for (boolean unit : alive) {
      dead += unit ? 0 : 1;
    }
    return (double) dead / alive.length;
  }

  /** Probabilities of the classes. */
  private static double[] classes(NetworkOutputs outputs, byte[] rgb) throws ModelException {
    NetworkOutputs.Output output = outputs.run(rgb).get(0);
    // Of a batch of its own only the first image is ours; all sides but the classes' are 1.
    long classes = 1;
    long longest = 0;
    for (long side :
        output.dims().subList(Math.min(1, output.dims().size()), output.dims().size())) {
      classes *= side;
      longest = Math.max(longest, side);
    }
    if (output.floats() == null || classes != longest || classes < 2) {
      throw new ModelException(
          "the network's output "
              + output.name()
              + " has no value for each class, so its preprocessing cannot be checked");
    }
    return Fit.probabilities(Arrays.copyOf(output.floats(), (int) classes));
  }
}
