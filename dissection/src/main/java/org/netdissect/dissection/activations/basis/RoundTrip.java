package org.netdissect.dissection.activations.basis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.threads.InOrder;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.activations.NetworkSource;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.networks.Device;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Layer;
import org.netdissect.networks.Network;
import org.netdissect.networks.NetworkOutputs;
import org.netdissect.networks.Preprocessing;
import org.netdissect.pictures.Framing;
import org.netdissect.pictures.Photographs;
import org.netdissect.results.DissectionException;

/**
 * Whether a network answers the same when a layer is turned by a basis and back: Q, then Qᵀ, are
 * put into the network, and its outputs are compared with those it had. What a basis adds is taken
 * away before the way back.
 *
 * @param view the basis, as views are called
 * @param images that were compared
 * @param output the one that differs most
 * @param image on which it does
 * @param difference largest difference of its values there, as a share of its largest magnitude
 * @param sameTop images on which the largest value of the first output is the same one; −1 where
 *     that output has no value a class
 * @param orthonormal whether the directions are of length 1 and at right angles, of which alone the
 *     transpose undoes a basis
 */
public record RoundTrip(
    String view,
    int images,
    String output,
    String image,
    double difference,
    int sameTop,
    boolean orthonormal) {

  /** Differences up to this are rounding, for float32. */
  public static final double EQUAL = 1e-4;

  /** Whether the network answers the same. */
  public boolean isEqual() {
    return difference <= EQUAL && (sameTop < 0 || sameTop == images);
  }

  /** A photograph's outputs, with and without. */
  private record Answers(List<NetworkOutputs.Output> plain, List<NetworkOutputs.Output> turned) {}

  /**
   * Tries it.
   *
   * @param framing how photographs come into the input
   * @param images to take
   * @param device that computes it
   * @return one for each view that the basis gives
   * @throws DissectionException in one line if the basis does not suit it, or no photograph can be
   *     read
   */
  public static List<RoundTrip> of(
      Network network,
      Layer layer,
      Basis basis,
      Preprocessing preprocessing,
      Framing framing,
      ConceptDataset data,
      ImageOrder images,
      Device device,
      int workers,
      Progress progress)
      throws IOException {
    List<RoundTrip> trips = new ArrayList<>();
    for (View view : basis.views(layer.name(), layer.channels())) {
      if (view.relu() || view.topK() > 0) {
        throw new DissectionException(
            "--basis "
                + Text.oneLine(basis.toString())
                + ": "
                + (view.relu() ? "relu" : "topk")
                + " cannot be turned back: it drops values; leave it out to try the directions alone");
      }
      view.tellOfOtherUse(
          layer.name() + "@" + view.name(),
          layer.name(),
          NetworkSource.describe(
              network,
              preprocessing,
              framing,
              new InputSize(network.inputHeight(), network.inputWidth())),
          progress);
      trips.add(
          new Trip(network, layer, view, preprocessing, framing, data)
              .run(images, device, workers, progress));
    }
    return trips;
  }

  private static final class Trip {
    private static final int MOST_COMPARED = 256;

    private final Network network;
    private final Layer layer;
    private final View view;
    private final Preprocessing preprocessing;
    private final Framing framing;
    private final ConceptDataset data;
    private int images;
    private int sameTop;
    private boolean hasClasses = true;
    private double difference = -1;
    private String output = "";
    private String image = "";

    Trip(
        Network network,
        Layer layer,
        View view,
        Preprocessing preprocessing,
        Framing framing,
        ConceptDataset data) {
      this.network = network;
      this.layer = layer;
      this.view = view;
      this.preprocessing = preprocessing;
      this.framing = framing;
      this.data = data;
    }

    RoundTrip run(ImageOrder order, Device device, int workers, Progress progress)
        throws IOException {
      int count = order.size();
      List<String> names = network.outputNames();
      try (NetworkOutputs plain = network.outputs(preprocessing, names, device);
          NetworkOutputs turned =
              network.outputsRoundAbout(
                  preprocessing, names, layer, weights(), view.bias(), device);
          Progress.Phase phase = progress.phase("comparing", count, "photographs")) {
        InOrder.run(
            workers,
            0,
            count,
            "check",
            i -> answers(plain, turned, order.atlasIndex(i)),
            (i, answers) -> {
              answers.ifPresent(both -> compare(order.name(i), both));
              phase.advance(1);
            });
        phase.done();
      }
      if (images == 0) {
        throw new DissectionException(data.name() + ": no photograph can be read");
      }
      return new RoundTrip(
          view.name(),
          images,
          output,
          image,
          difference,
          hasClasses ? sameTop : -1,
          isOrthonormal());
    }

    /** Looks at the first directions: that is where it shows. */
    private boolean isOrthonormal() {
      float[] weights = weights();
      int n = layer.channels();
      int rows = Math.min(MOST_COMPARED, view.directions());
      for (int a = 0; a < rows; a++) {
        for (int b = 0; b <= a; b++) {
          double product = a == b ? -1 : 0;
          for (int j = 0; j < n; j++) {
            product += (double) weights[a * n + j] * weights[b * n + j];
          }
          if (Math.abs(product) > EQUAL) {
            return false;
          }
        }
      }
      return true;
    }

    private float[] weights() {
      float[] weights = view.weights();
      if (weights != null) {
        return weights;
      }
      float[] identity = new float[layer.channels() * layer.channels()];
      for (int i = 0; i < layer.channels(); i++) {
        identity[i * layer.channels() + i] = 1;
      }
      return identity;
    }

    private Optional<Answers> answers(NetworkOutputs plain, NetworkOutputs turned, int row)
        throws IOException {
      ImageRow of = data.images().get(row);
      byte[] rgb;
      try {
        rgb =
            Photographs.read(data.photograph(of), of.photoHeight(), of.photoWidth())
                .framed(framing, network.inputHeight(), network.inputWidth())
                .rgb();
      } catch (DataException e) {
        return Optional.empty();
      }
      return Optional.of(new Answers(plain.run(rgb), turned.run(rgb)));
    }

    private void compare(String name, Answers answers) {
      images++;
      for (int o = 0; o < answers.plain().size(); o++) {
        float[] a = answers.plain().get(o).floats();
        float[] b = answers.turned().get(o).floats();
        if (a == null || b == null) {
          continue;
        }
        double own = relative(a, b);
        if (!(own <= difference)) {
          difference = own;
          output = answers.plain().get(o).name();
          image = name;
        }
      }
      float[] first = answers.plain().get(0).floats();
      float[] second = answers.turned().get(0).floats();
      int classes = classes(answers.plain().get(0));
      if (first == null || second == null || classes < 2) {
        hasClasses = false;
      } else {
        sameTop += top(first, classes) == top(second, classes) ? 1 : 0;
      }
    }

    /** Values of the first image, where one axis holds them all; else 0. */
    private static int classes(NetworkOutputs.Output output) {
      long longest = 0;
      long all = 1;
      for (int i = 1; i < output.dims().size(); i++) {
        all *= output.dims().get(i);
        longest = Math.max(longest, output.dims().get(i));
      }
      return all == longest ? (int) all : 0;
    }

    private static double relative(float[] a, float[] b) {
      double largest = 0;
      double most = 0;
      for (int i = 0; i < a.length; i++) {
        largest = Math.max(largest, Math.abs(a[i]));
        // A NaN on one side only is as different as can be.
        most =
            Float.isNaN(a[i]) == Float.isNaN(b[i])
                ? Math.max(most, Float.isNaN(a[i]) ? 0 : Math.abs((double) a[i] - b[i]))
                : Double.POSITIVE_INFINITY;
      }
      return most == 0 ? 0 : most / largest;
    }

    private static int top(float[] values, int count) {
      int top = 0;
      for (int i = 1; i < count; i++) {
        top = values[i] > values[top] ? i : top;
      }
      return top;
    }
  }
}
