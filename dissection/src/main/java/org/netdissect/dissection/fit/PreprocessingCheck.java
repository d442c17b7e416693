package org.netdissect.dissection.fit;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.networks.Layer;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.Runner;
import org.netdissect.networks.TappedNetwork;
import org.netdissect.pictures.Photographs;

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
  private final List<String> hints;

  private PreprocessingCheck(List<Fit> fits, int images, List<String> hints) {
    this.fits = fits;
    this.images = images;
    this.hints = hints;
  }

  /**
   * Tries them.
   *
   * @param model of the network
   * @param candidates by name
   * @param most photographs, taken evenly from the data set
   * @throws ModelException if the network has no output with a value for each class
   */
  public static PreprocessingCheck of(
      Path model,
      Network network,
      Map<String, Preprocessing> candidates,
      ConceptDataset data,
      int most,
      Progress progress)
      throws IOException {
    List<byte[]> photographs = photographs(network, data, most);
    if (photographs.size() < 2) {
      throw new DataException(data.name() + ": fewer than two photographs can be read");
    }
    List<Fit> fits = new ArrayList<>();
    List<String> hints = new ArrayList<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session =
            OrtEnvironment.getEnvironment().createSession(model.toString(), options)) {
      hints.addAll(hints(session));
      Outputs outputs = new Outputs(session, network, model);
      try (Progress.Phase phase =
          progress.phase("check", (long) candidates.size() * photographs.size(), "photographs")) {
        for (Map.Entry<String, Preprocessing> candidate : candidates.entrySet()) {
          List<double[]> seen = new ArrayList<>();
          List<double[]> mirrored = new ArrayList<>();
          for (byte[] photograph : photographs) {
            seen.add(outputs.of(photograph, candidate.getValue()));
            mirrored.add(
                outputs.of(mirrored(photograph, network.inputWidth()), candidate.getValue()));
            phase.advance(1);
          }
          double dead = dead(network, candidate.getValue(), photographs);
          fits.add(Fit.of(candidate.getKey(), seen, mirrored, dead));
        }
        phase.done();
      }
    } catch (OrtException e) {
      throw new ModelException(model + ": ONNX Runtime failed: " + e.getMessage(), e);
    }
    fits.sort(Comparator.comparingDouble((Fit fit) -> -fit.score(photographs.size())));
    return new PreprocessingCheck(List.copyOf(fits), photographs.size(), List.copyOf(hints));
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

  /** What the model says of itself, if anything. */
  public List<String> hints() {
    return hints;
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

  private static List<String> hints(OrtSession session) throws OrtException {
    List<String> hints = new ArrayList<>();
    session
        .getMetadata()
        .getCustomMetadata()
        .forEach(
            (key, value) -> {
              if (key.toLowerCase(Locale.ROOT)
                  .matches(".*(mean|std|scale|norm|channel|color|preproc).*")) {
                hints.add(key + " = " + value);
              }
            });
    return hints;
  }

  private static List<byte[]> photographs(Network network, ConceptDataset data, int most)
      throws IOException {
    List<ImageRow> rows = data.images();
    int step = Math.max(1, rows.size() / most);
    List<byte[]> photographs = new ArrayList<>();
    for (int i = 0; i < rows.size() && photographs.size() < most; i += step) {
      try {
        photographs.add(
            Photographs.read(
                    data.photograph(rows.get(i)),
                    rows.get(i).photoHeight(),
                    rows.get(i).photoWidth())
                .resized(network.inputHeight(), network.inputWidth())
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

  /** The whole network, for one photograph at a time. */
  private static final class Outputs {
    private final OrtSession session;
    private final String name;
    private final long[] shape;
    private final boolean channelsLast;
    private final int area;

    Outputs(OrtSession session, Network network, Path model) throws OrtException, ModelException {
      this.session = session;
      Map.Entry<String, NodeInfo> input = session.getInputInfo().entrySet().iterator().next();
      name = input.getKey();
      area = network.inputHeight() * network.inputWidth();
      if (!(input.getValue().getInfo() instanceof TensorInfo info)
          || info.type != OnnxJavaType.FLOAT
          || info.getShape().length != 4
          || network.inputChannels() != 3) {
        throw new ModelException(model + ": only networks that take float photographs are checked");
      }
      channelsLast = info.getShape()[3] == 3 && info.getShape()[1] != 3;
      if (info.getShape()[0] > 1) {
        throw new ModelException(
            model
                + ": its batch is fixed at "
                + info.getShape()[0]
                + "; only networks that take one photograph at a time are checked");
      }
      shape =
          channelsLast
              ? new long[] {1, network.inputHeight(), network.inputWidth(), 3}
              : new long[] {1, 3, network.inputHeight(), network.inputWidth()};
      boolean classes = false;
      for (NodeInfo output : session.getOutputInfo().values()) {
        classes |=
            output.getInfo() instanceof TensorInfo tensor && tensor.type == OnnxJavaType.FLOAT;
      }
      if (!classes) {
        throw new ModelException(model + ": it has no output with a value for each class");
      }
    }

    /** Probabilities of the classes. */
    double[] of(byte[] rgb, Preprocessing preprocessing) throws OrtException, ModelException {
      float[] values = new float[3 * area];
      boolean bgr = preprocessing.channels() == Preprocessing.Channels.BGR;
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < area; p++) {
          int pixel = rgb[3 * p + (bgr ? 2 - c : c)] & 0xff;
          values[channelsLast ? 3 * p + c : c * area + p] = (float) preprocessing.value(c, pixel);
        }
      }
      try (OnnxTensor tensor =
              OnnxTensor.createTensor(
                  OrtEnvironment.getEnvironment(), FloatBuffer.wrap(values), shape);
          OrtSession.Result result = session.run(Map.of(name, tensor))) {
        for (Map.Entry<String, OnnxValue> output : result) {
          if (output.getValue() instanceof OnnxTensor out
              && out.getInfo().type == OnnxJavaType.FLOAT
              && isVector(out.getInfo().getShape())) {
            float[] scores = new float[out.getFloatBuffer().remaining()];
            out.getFloatBuffer().get(scores);
            return Fit.probabilities(scores);
          }
        }
      }
      throw new ModelException(
          "the network has no output with a value for each class, so its preprocessing cannot be checked");
    }

    /** Whether all sides but one are 1, and that one is more than a few. */
    private static boolean isVector(long[] shape) {
      long all = 1;
      long longest = 0;
      for (long side : shape) {
        all *= side;
        longest = Math.max(longest, side);
      }
      return all == longest && longest > 1;
    }
  }
}
