package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxJavaType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a model's file tells of how pixels should reach the network, and of what its outputs are
 * called: its metadata, what the graph does to pixels before the first weights, and the type and
 * range of its input.
 *
 * @param clues what was found, the strongest first; maybe none
 * @param classes names of the outputs in their order; empty where the file has none
 */
public record InputEvidence(List<Clue> clues, List<String> classes) {

  /** Two ranges are alike if their ends differ by no more of their width. */
  private static final double ALIKE = 0.2;

  public InputEvidence {
    clues = List.copyOf(clues);
    classes = List.copyOf(classes);
  }

  /**
   * One thing that the file tells.
   *
   * @param text for people, to stand behind the file's name
   * @param preprocessing that follows from it; null where none does
   */
  public record Clue(String text, @Nullable Preprocessing preprocessing) {}

  /** The preprocessing that follows from the strongest clue of which one does. */
  public Optional<Clue> stated() {
    return clues.stream().filter(clue -> clue.preprocessing() != null).findFirst();
  }

  static InputEvidence of(OnnxGraph graph, ImageInput input) throws ModelException {
    List<Clue> clues = new ArrayList<>();
    if (input.type() == OnnxJavaType.UINT8) {
      clues.add(new Clue("its input takes bytes, pixels from 0 to 255", Preprocessing.NONE));
    }
    ModelProto model = graph.model();
    Map<String, String> properties = new LinkedHashMap<>();
    model.getMetadataPropsList().forEach(p -> properties.put(p.getKey(), p.getValue()));
    ModelMetadata metadata = ModelMetadata.of(properties);
    metadata.clue().ifPresent(clues::add);
    if (graph.hasWeights() && input.channels() == 3) {
      BuiltInNormalisation.of(graph, input).ifPresent(clues::add);
    }
    range(graph).ifPresent(clues::add);
    if (!model.getProducerName().isBlank()) {
      clues.add(
          new Clue(
              "made by " + (model.getProducerName() + " " + model.getProducerVersion()).strip(),
              null));
    }
    return new InputEvidence(clues, metadata.classes());
  }

  /** Where the input is rounded to 8 bits first, the bounds tell in what range it is expected. */
  private static Optional<Clue> range(OnnxGraph graph) throws ModelException {
    for (OnnxNode node : graph.consumers(graph.input().getName())) {
      TensorProto scale = graph.constant(node.input(1));
      if (!node.op().equals("QuantizeLinear")
          || scale == null
          || scale.getDataType() != TensorProto.DataType.FLOAT_VALUE
          || new FloatTensor(scale).size() != 1) {
        continue;
      }
      TensorProto zero = graph.constant(node.input(2));
      boolean isSigned = zero != null && zero.getDataType() == TensorProto.DataType.INT8_VALUE;
      if (zero != null && !isSigned && zero.getDataType() != TensorProto.DataType.UINT8_VALUE) {
        continue;
      }
      double step = new FloatTensor(scale).get(0);
      int least = isSigned ? -128 : 0;
      double low = step * (least - zero(zero));
      double high = low + 255 * step;
      Preprocessing nearest = nearest(low, high);
      String text = "its input is quantised from %.4g to %.4g".formatted(low, high);
      return Optional.of(
          new Clue(
              nearest == null ? text : text + ", as " + nearest.name() + " gives it", nearest));
    }
    return Optional.empty();
  }

  private static int zero(@Nullable TensorProto zero) {
    if (zero == null) {
      return 0;
    }
    boolean isSigned = zero.getDataType() == TensorProto.DataType.INT8_VALUE;
    int value =
        zero.getInt32DataCount() > 0
            ? zero.getInt32Data(0)
            : zero.getRawData().isEmpty() ? 0 : zero.getRawData().byteAt(0);
    return isSigned ? (byte) value : value & 0xff;
  }

  /** The known preprocessing whose values span that range, or null. */
  private static @Nullable Preprocessing nearest(double low, double high) {
    Preprocessing nearest = null;
    double least = ALIKE;
    for (Preprocessing known : Preprocessing.known()) {
      double from = Double.POSITIVE_INFINITY;
      double to = Double.NEGATIVE_INFINITY;
      for (int channel = 0; channel < 3; channel++) {
        from = Math.min(from, known.value(channel, 0));
        to = Math.max(to, known.value(channel, 255));
      }
      double off = (Math.abs(low - from) + Math.abs(high - to)) / (to - from);
      if (off < least) {
        least = off;
        nearest = known;
      }
    }
    return nearest;
  }
}
