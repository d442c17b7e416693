package org.netdissect.networks.caffe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.caffe.CaffeLayer.Share;

/**
 * Reads a net's text and brings all three generations of the format into one form: layers that take
 * part in phase TEST, with today's names of types and parameters.
 */
final class NetReader {
  private static final int LARGEST_FILE = 8 << 20;

  /** Names of the second generation's types that are not today's in capitals. */
  private static final Map<String, String> V1_TYPES =
      Map.ofEntries(
          Map.entry("ABSVAL", "AbsVal"),
          Map.entry("ACCURACY", "Accuracy"),
          Map.entry("ARGMAX", "ArgMax"),
          Map.entry("BNLL", "BNLL"),
          Map.entry("CONCAT", "Concat"),
          Map.entry("CONTRASTIVE_LOSS", "ContrastiveLoss"),
          Map.entry("CONVOLUTION", "Convolution"),
          Map.entry("DATA", "Data"),
          Map.entry("DECONVOLUTION", "Deconvolution"),
          Map.entry("DROPOUT", "Dropout"),
          Map.entry("DUMMY_DATA", "DummyData"),
          Map.entry("ELTWISE", "Eltwise"),
          Map.entry("EUCLIDEAN_LOSS", "EuclideanLoss"),
          Map.entry("EXP", "Exp"),
          Map.entry("FLATTEN", "Flatten"),
          Map.entry("HDF5_DATA", "HDF5Data"),
          Map.entry("HDF5_OUTPUT", "HDF5Output"),
          Map.entry("HINGE_LOSS", "HingeLoss"),
          Map.entry("IM2COL", "Im2col"),
          Map.entry("IMAGE_DATA", "ImageData"),
          Map.entry("INFOGAIN_LOSS", "InfogainLoss"),
          Map.entry("INNER_PRODUCT", "InnerProduct"),
          Map.entry("LRN", "LRN"),
          Map.entry("MEMORY_DATA", "MemoryData"),
          Map.entry("MULTINOMIAL_LOGISTIC_LOSS", "MultinomialLogisticLoss"),
          Map.entry("MVN", "MVN"),
          Map.entry("POOLING", "Pooling"),
          Map.entry("POWER", "Power"),
          Map.entry("RELU", "ReLU"),
          Map.entry("SIGMOID", "Sigmoid"),
          Map.entry("SIGMOID_CROSS_ENTROPY_LOSS", "SigmoidCrossEntropyLoss"),
          Map.entry("SILENCE", "Silence"),
          Map.entry("SLICE", "Slice"),
          Map.entry("SOFTMAX", "Softmax"),
          Map.entry("SOFTMAX_LOSS", "SoftmaxWithLoss"),
          Map.entry("SPLIT", "Split"),
          Map.entry("TANH", "TanH"),
          Map.entry("THRESHOLD", "Threshold"),
          Map.entry("WINDOW_DATA", "WindowData"));

  private final Path file;
  private final Message net;

  private NetReader(Path file, Message net) {
    this.file = file;
    this.net = net;
  }

  /**
   * Reads the text of a net.
   *
   * @throws ModelException if it is no text, malformed, or no net
   */
  static CaffeNet read(Path file) throws ModelException {
    byte[] source;
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new ModelException(file + ": larger than 8 MB, too large for the text of a net.");
      }
      source = Files.readAllBytes(file);
    } catch (ModelException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (source.length == 0) {
      throw new ModelException(file + ": the file is empty.");
    }
    return new NetReader(file, TextParser.parse(file, source)).net();
  }

  private CaffeNet net() throws ModelException {
    if (net.has("layer") && net.has("layers")) {
      throw error("mixes \"layer\" and \"layers\", the forms of two generations; Caffe takes one");
    }
    List<CaffeLayer> layers = new ArrayList<>();
    Padding padding = new Padding();
    for (Message text : net.messages("layers")) {
      CaffeLayer layer = text.has("layer") ? padding.folded(V0Layers.layer(text)) : v1(text);
      if (layer != null) {
        layers.add(layer);
      }
    }
    for (Message text : net.messages("layer")) {
      layers.add(v2(text));
    }
    if (layers.isEmpty()) {
      throw error("holds no layers");
    }
    layers.removeIf(layer -> !takesPart(layer.text()));
    return new CaffeNet(inputs(), layers);
  }

  private List<CaffeNet.Input> inputs() throws ModelException {
    List<String> names = net.texts("input");
    List<Long> dims = net.integers("input_dim");
    List<Message> shapes = net.messages("input_shape");
    if (!dims.isEmpty() && !shapes.isEmpty()) {
      throw error("gives both input_dim and input_shape; Caffe takes one of them");
    }
    if (!dims.isEmpty() && dims.size() != 4 * names.size()) {
      throw error(
          "has %d input_dim for %d inputs, which take 4 each".formatted(dims.size(), names.size()));
    }
    if (!shapes.isEmpty() && shapes.size() != names.size() && shapes.size() != 1) {
      throw error("has %d input_shape for %d inputs".formatted(shapes.size(), names.size()));
    }
    List<CaffeNet.Input> inputs = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      List<Long> own = List.of();
      if (!dims.isEmpty()) {
        own = dims.subList(4 * i, 4 * i + 4);
      } else if (!shapes.isEmpty()) {
        own = shapes.get(shapes.size() == 1 ? 0 : i).integers("dim");
      }
      inputs.add(new CaffeNet.Input(names.get(i), own, 1));
    }
    return inputs;
  }

  private static CaffeLayer v2(Message text) {
    List<Share> shares =
        text.messages("param").stream()
            .map(
                p ->
                    new Share(
                        p.text("name", ""), p.text("share_mode", "STRICT").equals("PERMISSIVE")))
            .toList();
    return new CaffeLayer(
        text.text("name", ""),
        text.text("type", ""),
        text.texts("bottom"),
        text.texts("top"),
        shares,
        text,
        text.line());
  }

  private static CaffeLayer v1(Message text) {
    String type = text.text("type", "");
    List<String> names = text.texts("param");
    List<String> modes = text.texts("blob_share_mode");
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      shares.add(new Share(names.get(i), i < modes.size() && modes.get(i).equals("PERMISSIVE")));
    }
    return new CaffeLayer(
        text.text("name", ""),
        V1_TYPES.getOrDefault(type, type),
        text.texts("bottom"),
        text.texts("top"),
        shares,
        text,
        text.line());
  }

  /** Whether Caffe includes the layer in phase TEST at the level and stages of the net's state. */
  private boolean takesPart(Message layer) {
    List<Message> include = layer.messages("include");
    List<Message> exclude = layer.messages("exclude");
    return include.isEmpty()
        ? exclude.stream().noneMatch(this::isMet)
        : include.stream().anyMatch(this::isMet);
  }

  private boolean isMet(Message rule) {
    Message state = net.message("state");
    long level = state.integer("level", 0);
    Set<String> stages = new HashSet<>(state.texts("stage"));
    return rule.text("phase", "TEST").equals("TEST")
        && level >= rule.integer("min_level", Long.MIN_VALUE)
        && level <= rule.integer("max_level", Long.MAX_VALUE)
        && stages.containsAll(rule.texts("stage"))
        && rule.texts("not_stage").stream().noneMatch(stages::contains);
  }

  private ModelException error(String what) {
    return new ModelException(file + ": " + what + ".");
  }

  /** Layers of the first generation that pad: Caffe folds them into the convolution behind. */
  private final class Padding {
    private final Map<String, CaffeLayer> byTop = new HashMap<>();

    /** The layer with the padding before it taken in; null for the padding itself. */
    @Nullable CaffeLayer folded(CaffeLayer layer) throws ModelException {
      if (layer.type().equals(V0Layers.PADDING)) {
        if (layer.bottoms().size() != 1 || layer.tops().size() != 1) {
          throw error(layer + ": padding takes one blob and makes one");
        }
        byTop.put(layer.tops().get(0), layer);
        return null;
      }
      for (String bottom : layer.bottoms()) {
        CaffeLayer padding = byTop.get(bottom);
        if (padding == null) {
          continue;
        }
        boolean isPadded = layer.type().equals("Convolution") || layer.type().equals("Pooling");
        if (layer.bottoms().size() != 1 || !isPadded) {
          throw error(layer + ": only a convolution or a pooling may follow the " + padding);
        }
        return V0Layers.padded(layer, padding);
      }
      return layer;
    }
  }
}
