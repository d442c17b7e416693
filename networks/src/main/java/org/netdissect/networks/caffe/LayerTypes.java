package org.netdissect.networks.caffe;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.ModelException;

/** What becomes of each type of layer. */
final class LayerTypes {
  /** Composes a layer from ONNX operators. */
  @FunctionalInterface
  interface Translator {
    void translate(Step step) throws ModelException;
  }

  /** Layers whose blobs are fed in. All but Input make labels beside the images. */
  static final Set<String> SOURCES =
      Set.of(
          "AnnotatedData",
          "Data",
          "DummyData",
          "HDF5Data",
          "ImageData",
          "Input",
          "MemoryData",
          "WindowData");

  /** Layers that measure, report or decode what the net says; nothing to be dissected follows. */
  private static final Set<String> ENDS =
      Set.of(
          "Accuracy",
          "DetectionEvaluate",
          "DetectionOutput",
          "HDF5Output",
          "PriorBox",
          "Silence",
          "SoftmaxWithLoss");

  static final String PYTHON = "Python";

  private static final Map<String, Translator> TRANSLATORS = translators();

  private LayerTypes() {}

  /** Null for a type that is not known. */
  static @Nullable Translator translator(String type) {
    return TRANSLATORS.get(type);
  }

  static Set<String> names() {
    return TRANSLATORS.keySet();
  }

  /** Whether layers of this type are left out. */
  static boolean isEnd(String type) {
    return ENDS.contains(type) || type.endsWith("Loss");
  }

  /** Whether the layer passes its blob on unchanged when a net is tested. */
  static boolean isIdentity(String type) {
    return type.equals("Dropout");
  }

  private static Map<String, Translator> translators() {
    Map<String, Translator> all = new TreeMap<>();
    all.put("AbsVal", Elementwise.plain("Abs"));
    all.put("ArgMax", Shaping::argMax);
    all.put("BNLL", Elementwise.plain("Softplus"));
    all.put("BatchNorm", Normalisations::batchNorm);
    all.put("Bias", Normalisations::bias);
    all.put("Clip", Elementwise::clip);
    all.put("Concat", Shaping::concat);
    all.put("Convolution", Windows::convolution);
    all.put("Crop", Shaping::crop);
    all.put("Deconvolution", Windows::deconvolution);
    all.put("DepthwiseConvolution", Windows::convolution);
    all.put("Dropout", Shaping::copies);
    all.put("ELU", Elementwise::elu);
    all.put("Eltwise", Elementwise::eltwise);
    all.put("Exp", Elementwise::exp);
    all.put("Flatten", Shaping::flatten);
    all.put("InnerProduct", Shaping::innerProduct);
    all.put("LRN", Normalisations::lrn);
    all.put("Log", Elementwise::log);
    all.put("MVN", Normalisations::mvn);
    all.put("Normalize", Normalisations::normalize);
    all.put("PReLU", Elementwise::prelu);
    all.put("Parameter", Shaping::parameter);
    all.put("Permute", Shaping::permute);
    all.put("Pooling", Windows::pooling);
    all.put("Power", Elementwise::power);
    all.put("ReLU", Elementwise::relu);
    all.put("ReLU6", Elementwise::relu6);
    all.put("Reduction", Shaping::reduction);
    all.put("Reshape", Shaping::reshape);
    all.put("Scale", Normalisations::scale);
    all.put("ShuffleChannel", Shaping::shuffleChannel);
    all.put("Sigmoid", Elementwise.plain("Sigmoid"));
    all.put("Slice", Shaping::slice);
    all.put("Softmax", Shaping::softmax);
    all.put("Split", Shaping::copies);
    all.put("Swish", Elementwise::swish);
    all.put("TanH", Elementwise.plain("Tanh"));
    all.put("Threshold", Elementwise::threshold);
    all.put("Tile", Shaping::tile);
    return all;
  }
}
