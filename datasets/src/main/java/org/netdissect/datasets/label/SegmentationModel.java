package org.netdissect.datasets.label;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.NetworkOutputs;
import org.netdissect.networks.Preprocessing;

/**
 * A network that says for every position what is there: one output of scores (N × C × H × W, the
 * largest wins; the lowest class on ties) or of classes (N × H × W or N × 1 × H × W, whole
 * numbers). Runs one image at a time; safe to use from several threads.
 */
final class SegmentationModel implements AutoCloseable {
  private final Path file;
  private final Network network;
  private final NetworkOutputs outputs;

  private SegmentationModel(Path file, Network network, NetworkOutputs outputs) {
    this.file = file;
    this.network = network;
    this.outputs = outputs;
  }

  /**
   * Opens a model.
   *
   * @param size of the input where the model leaves it free, or null
   * @param output name of the output to read, or null for the first
   */
  static SegmentationModel open(
      Path file, @Nullable InputSize size, Preprocessing preprocessing, @Nullable String output)
      throws IOException {
    Network network = Network.open(file, size);
    List<String> wanted = output == null ? List.of() : List.of(output);
    return new SegmentationModel(file, network, network.outputs(preprocessing, wanted));
  }

  Network network() {
    return network;
  }

  int height() {
    return network.inputHeight();
  }

  int width() {
    return network.inputWidth();
  }

  /** Classes of the positions of one image, rows from the top. */
  static final class Classes {
    final int height;
    final int width;
    final int[] of;

    /** How many the model tells apart; 0 where it gives numbers and does not say. */
    final int count;

    Classes(int height, int width, int count) {
      this.count = count;
      this.height = height;
      this.width = width;
      this.of = new int[Math.multiplyExact(height, width)];
    }
  }

  /**
   * Labels a photograph.
   *
   * @param rgb height × width × 3 bytes at the network's input size
   */
  Classes label(byte[] rgb) throws ModelException {
    NetworkOutputs.Output output = outputs.run(rgb).get(0);
    List<Long> dims = output.dims();
    int rank = dims.size();
    boolean isOfScores = rank == 4 && dims.get(1) > 1;
    boolean isOfClasses = rank == 3 || (rank == 4 && dims.get(1) == 1);
    if (!isOfScores && !isOfClasses) {
      throw new ModelException(
          file
              + ": its output "
              + output.name()
              + " is neither scores (N × C × H × W) nor classes (N × H × W); choose with --output");
    }
    Classes classes =
        new Classes(
            Math.toIntExact(dims.get(rank - 2)),
            Math.toIntExact(dims.get(rank - 1)),
            isOfScores ? Math.toIntExact(dims.get(1)) : 0);
    float[] scores = output.floats();
    if (!isOfScores) {
      copy(output, classes);
    } else if (scores == null) {
      throw new ModelException(file + ": scores of whole numbers cannot be read");
    } else {
      best(scores, Math.toIntExact(dims.get(1)), classes);
    }
    return classes;
  }

  /** The largest score of each position; the lowest class on ties. */
  private void best(float[] scores, int n, Classes classes) throws ModelException {
    int area = classes.of.length;
    for (int p = 0; p < area; p++) {
      float best = scores[p];
      for (int c = 1; c < n; c++) {
        float score = scores[c * area + p];
        if (score > best) {
          best = score;
          classes.of[p] = c;
        }
      }
      if (Float.isNaN(best)) {
        throw new ModelException(file + ": a score that is not a number");
      }
    }
  }

  private static void copy(NetworkOutputs.Output output, Classes classes) {
    for (int p = 0; p < classes.of.length; p++) {
      classes.of[p] = (int) Math.max(-1, Math.min(Integer.MAX_VALUE, output.integer(p)));
    }
  }

  @Override
  public void close() {
    outputs.close();
  }
}
