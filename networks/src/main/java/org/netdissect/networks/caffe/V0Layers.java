package org.netdissect.networks.caffe;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Layers of the first generation (2013), which kept all types' parameters in one message. */
final class V0Layers {
  /** The type that is folded into the next layer. */
  static final String PADDING = "padding";

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("accuracy", "Accuracy"),
          Map.entry("bnll", "BNLL"),
          Map.entry("concat", "Concat"),
          Map.entry("conv", "Convolution"),
          Map.entry("data", "Data"),
          Map.entry("dropout", "Dropout"),
          Map.entry("euclidean_loss", "EuclideanLoss"),
          Map.entry("flatten", "Flatten"),
          Map.entry("hdf5_data", "HDF5Data"),
          Map.entry("hdf5_output", "HDF5Output"),
          Map.entry("im2col", "Im2col"),
          Map.entry("images", "ImageData"),
          Map.entry("infogain_loss", "InfogainLoss"),
          Map.entry("innerproduct", "InnerProduct"),
          Map.entry("lrn", "LRN"),
          Map.entry("multinomial_logistic_loss", "MultinomialLogisticLoss"),
          Map.entry("pool", "Pooling"),
          Map.entry("relu", "ReLU"),
          Map.entry("sigmoid", "Sigmoid"),
          Map.entry("softmax", "Softmax"),
          Map.entry("softmax_loss", "SoftmaxWithLoss"),
          Map.entry("split", "Split"),
          Map.entry("tanh", "TanH"),
          Map.entry("window_data", "WindowData"));

  /** For each type the message of today, and today's names of its fields where they differ. */
  private static final Map<String, String> MESSAGES =
      Map.of(
          "Concat", "concat_param",
          "Convolution", "convolution_param",
          "Data", "data_param",
          "ImageData", "image_data_param",
          "InnerProduct", "inner_product_param",
          "LRN", "lrn_param",
          "Pooling", "pooling_param",
          "WindowData", "window_data_param");

  private static final Map<String, String> FIELDS =
      Map.of(
          "biasterm", "bias_term",
          "kernelsize", "kernel_size",
          "batchsize", "batch_size",
          "cropsize", "crop_size",
          "meanfile", "mean_file");

  private V0Layers() {}

  /** A connection of the first generation as a layer of today. */
  static CaffeLayer layer(Message connection) {
    Message old = connection.message("layer");
    String type = TYPES.getOrDefault(old.text("type", ""), old.text("type", ""));
    Message text = new Message(connection.line());
    for (String rule : List.of("include", "exclude")) {
      connection.messages(rule).forEach(m -> text.add(rule, m));
    }
    String name = MESSAGES.get(type);
    if (name != null) {
      Message param = new Message(old.line());
      for (String field : old.names()) {
        String today = FIELDS.getOrDefault(field, field);
        if (Schema.field(Schema.message("LayerParameter", name), today) != null) {
          old.values(field).forEach(v -> param.add(today, v));
        }
      }
      text.add(name, param);
    }
    return new CaffeLayer(
        old.text("name", ""),
        type,
        connection.texts("bottom"),
        connection.texts("top"),
        List.of(),
        old.has("pad") && type.equals(PADDING) ? old : text,
        connection.line());
  }

  /** The layer reading what the padding reads, and padding itself. */
  static CaffeLayer padded(CaffeLayer layer, CaffeLayer padding) {
    String message = Objects.requireNonNull(MESSAGES.get(layer.type()), layer.type());
    Message from = layer.param(message);
    Message param = new Message(from.line());
    for (String name : from.names()) {
      if (!name.equals("pad")) {
        from.values(name).forEach(v -> param.add(name, v));
      }
    }
    param.add("pad", padding.text().integer("pad", 0));
    Message text = new Message(layer.line());
    text.add(message, param);
    return new CaffeLayer(
        layer.name(),
        layer.type(),
        padding.bottoms(),
        layer.tops(),
        layer.shares(),
        text,
        layer.line());
  }
}
