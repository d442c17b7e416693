package org.netdissect.networks.caffe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.netdissect.networks.caffe.CaffeFiles.layer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.Layer;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.ReceptiveField;

/** Receptive fields of the networks of the paper, as the original program composed them. */
class CaffeFieldsTest {
  @TempDir Path folder;

  @Test
  void alexNet() throws IOException {
    StringBuilder net = new StringBuilder();
    conv(net, "conv1", "data", 96, 11, 4, 0);
    pool(net, "pool1", "conv1", 3, 2, 0);
    net.append(layer("norm1", "LRN", "pool1", "norm1", "lrn_param { local_size: 5 alpha: 1e-4 }"));
    conv(net, "conv2", "norm1", 256, 5, 1, 2);
    pool(net, "pool2", "conv2", 3, 2, 0);
    net.append(layer("norm2", "LRN", "pool2", "norm2", "lrn_param { local_size: 5 alpha: 1e-4 }"));
    conv(net, "conv3", "norm2", 384, 3, 1, 1);
    conv(net, "conv4", "conv3", 384, 3, 1, 1);
    conv(net, "conv5", "conv4", 256, 3, 1, 1);
    pool(net, "pool5", "conv5", 3, 2, 0);
    net.append(
        layer("fc6", "InnerProduct", "pool5", "fc6", "inner_product_param { num_output: 4096 }"));
    Map<String, Layer> layers = layers("10,3,227,227", net);
    check(layers, "conv1", 0, 11, 4, 55);
    check(layers, "conv2", -16, 51, 8, 27);
    check(layers, "conv3", -32, 99, 16, 13);
    check(layers, "conv4", -48, 131, 16, 13);
    check(layers, "conv5", -64, 163, 16, 13);
  }

  @Test
  void vgg16() throws IOException {
    StringBuilder net = new StringBuilder();
    String here = "data";
    int[] widths = {64, 128, 256, 512, 512};
    for (int block = 1; block <= 5; block++) {
      for (int i = 1; i <= (block < 3 ? 2 : 3); i++) {
        String name = "conv" + block + "_" + i;
        conv(net, name, here, widths[block - 1], 3, 1, 1);
        here = name;
      }
      pool(net, "pool" + block, here, 2, 2, 0);
      here = "pool" + block;
    }
    Map<String, Layer> layers = layers("10,3,224,224", net);
    check(layers, "conv1_1", -1, 3, 1, 224);
    check(layers, "conv1_2", -2, 5, 1, 224);
    check(layers, "conv2_2", -6, 14, 2, 112);
    check(layers, "conv3_3", -18, 40, 4, 56);
    check(layers, "conv4_3", -42, 92, 8, 28);
    check(layers, "conv5_3", -90, 196, 16, 14);
  }

  @Test
  void googLeNet() throws IOException {
    StringBuilder net = new StringBuilder();
    conv(net, "conv1", "data", 64, 7, 2, 3);
    pool(net, "pool1", "conv1", 3, 2, 0);
    conv(net, "conv2_reduce", "pool1", 64, 1, 1, 0);
    conv(net, "conv2", "conv2_reduce", 192, 3, 1, 1);
    pool(net, "pool2", "conv2", 3, 2, 0);
    String here = "pool2";
    for (String module : List.of("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")) {
      String name = "inception_" + module + "/";
      conv(net, name + "1x1", here, 16, 1, 1, 0);
      conv(net, name + "3x3_reduce", here, 8, 1, 1, 0);
      conv(net, name + "3x3", name + "3x3_reduce", 16, 3, 1, 1);
      conv(net, name + "5x5_reduce", here, 8, 1, 1, 0);
      conv(net, name + "5x5", name + "5x5_reduce", 16, 5, 1, 2);
      pool(net, name + "pool", here, 3, 1, 1);
      conv(net, name + "pool_proj", name + "pool", 16, 1, 1, 0);
      String branches =
          List.of("1x1", "3x3", "5x5", "pool_proj").stream()
              .map(b -> name + b)
              .collect(Collectors.joining(" "));
      net.append(layer(name + "output", "Concat", branches, name + "output", ""));
      here = name + "output";
      if (module.equals("3b") || module.equals("4e")) {
        pool(net, "pool_" + module, here, 3, 2, 0);
        here = "pool_" + module;
      }
    }
    Map<String, Layer> layers = layers("10,3,224,224", net);
    check(layers, "conv2", -7, 19, 4, 56);
    check(layers, "inception_3b/output", -39, 91, 8, 28);
    check(layers, "inception_4e/output", -199, 427, 16, 14);
    check(layers, "inception_5b/output", -327, 715, 32, 7);
  }

  @Test
  void resNet152() throws IOException {
    StringBuilder net = new StringBuilder();
    normed(net, "conv1", "data", 16, 7, 2, 3, true);
    pool(net, "pool1", "conv1", 3, 2, 0);
    String here = "pool1";
    int[] blocks = {3, 8, 36, 3};
    for (int stage = 0; stage < 4; stage++) {
      for (int block = 0; block < blocks[stage]; block++) {
        String letter =
            block == 0 ? "a" : blocks[stage] == 3 ? "abc".substring(block, block + 1) : "b" + block;
        String name = "res" + (stage + 2) + letter;
        int stride = block == 0 && stage > 0 ? 2 : 1;
        String shortcut = here;
        if (block == 0) {
          shortcut = name + "_branch1";
          normed(net, shortcut, here, 16, 1, stride, 0, false);
        }
        normed(net, name + "_branch2a", here, 8, 1, stride, 0, true);
        normed(net, name + "_branch2b", name + "_branch2a", 8, 3, 1, 1, true);
        normed(net, name + "_branch2c", name + "_branch2b", 16, 1, 1, 0, false);
        net.append(layer(name, "Eltwise", shortcut + " " + name + "_branch2c", name, ""));
        net.append(layer(name + "_relu", "ReLU", name, name, ""));
        here = name;
      }
    }
    Map<String, Layer> layers = layers("1,3,224,224", net);
    check(layers, "res3b7", -79, 163, 8, 28);
    check(layers, "res4b35", -655, 1315, 16, 14);
    check(layers, "res5c", -751, 1507, 32, 7);
  }

  @Test
  void withoutWeightsLayersAreListedButNotRun() throws IOException {
    StringBuilder net = new StringBuilder();
    conv(net, "conv1", "data", 4, 3, 1, 0);
    Path text = new CaffeFiles(folder).net("1,3,9,9", net.toString());
    try (Network network = CaffeModel.read(text, null, null).open()) {
      assertThrows(
          ModelException.class, () -> network.tap(network.layers(), Preprocessing.NETDISSECT));
    }
  }

  private Map<String, Layer> layers(String dims, StringBuilder net) throws IOException {
    Path text = new CaffeFiles(folder).net(dims, net.toString());
    try (Network network = CaffeModel.read(text, null, null).open()) {
      return network.layers().stream().collect(Collectors.toMap(Layer::name, Function.identity()));
    }
  }

  private static void check(
      Map<String, Layer> layers, String name, int offset, int size, int step, int cells) {
    Layer layer = layers.get(name);
    assertEquals(ReceptiveField.square(offset, size, step), layer.field(), name);
    assertEquals(cells, layer.height(), name);
    assertEquals(cells, layer.width(), name);
  }

  /** A convolution and a ReLU in place. */
  private static void conv(
      StringBuilder net, String name, String from, int outputs, int kernel, int stride, int pad) {
    bare(net, name, from, outputs, kernel, stride, pad, true);
    net.append(layer(name + "_relu", "ReLU", name, name, ""));
  }

  private static void bare(
      StringBuilder net,
      String name,
      String from,
      int outputs,
      int kernel,
      int stride,
      int pad,
      boolean bias) {
    net.append(
        layer(
            name,
            "Convolution",
            from,
            name,
            "convolution_param { num_output: %d kernel_size: %d stride: %d pad: %d bias_term: %b }"
                .formatted(outputs, kernel, stride, pad, bias)));
  }

  private static void normed(
      StringBuilder net,
      String name,
      String from,
      int outputs,
      int kernel,
      int stride,
      int pad,
      boolean relu) {
    bare(net, name, from, outputs, kernel, stride, pad, false);
    net.append(
        layer(
            "bn_" + name, "BatchNorm", name, name, "batch_norm_param { use_global_stats: true }"));
    net.append(layer("scale_" + name, "Scale", name, name, "scale_param { bias_term: true }"));
    if (relu) {
      net.append(layer(name + "_relu", "ReLU", name, name, ""));
    }
  }

  private static void pool(
      StringBuilder net, String name, String from, int kernel, int stride, int pad) {
    net.append(
        layer(
            name,
            "Pooling",
            from,
            name,
            "pooling_param { pool: MAX kernel_size: %d stride: %d pad: %d }"
                .formatted(kernel, stride, pad)));
  }
}
