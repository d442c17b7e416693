package org.netdissect.networks;

/**
 * Small vision transformers with known weights: attention and the second product of each MLP give
 * zero, so that the residual stream stays the patch embedding, and every layer is a known function
 * of the patch at its place.
 */
public final class Transformers {
  /** Pixels of a patch's side. */
  public static final int PATCH = 4;

  private final GraphBuilder graph;
  private final int rows;
  private final int columns;
  private final int width;

  private Transformers(GraphBuilder graph, int rows, int columns, int width) {
    this.graph = graph;
    this.rows = rows;
    this.columns = columns;
    this.width = width;
  }

  /** As PyTorch and timm write it: one product for queries, keys and values, class token first. */
  public static GraphBuilder timm(int rows, int columns, int width, int registers) {
    Transformers net = start(rows, columns, width);
    String x = net.patches("/patch_embed/proj/Conv_output_0");
    int before = 1 + registers;
    String others = net.graph.weights("cls_token", 1, 1, before, width);
    x = net.graph.node("Concat", "/Concat_output_0", others + " " + x, "axis=1");
    int tokens = rows * columns + before;
    x = net.graph.node("Add", "/Add_output_0", x + " " + net.zeros("pos_embed", 1, tokens, width));
    for (int block = 0; block < 2; block++) {
      String name = "/blocks." + block;
      String normed = net.norm(name + "/norm1/LayerNormalization_output_0", x);
      String attention = net.fusedAttention(name + "/attn", normed, tokens);
      x = net.graph.node("Add", name + "/Add_output_0", x + " " + attention);
      x = net.mlp(name, "/mlp/fc1", "/mlp/act", "/mlp/fc2", name + "/Add_1_output_0", x);
    }
    x = net.norm("/norm/LayerNormalization_output_0", x);
    String pooled = net.graph.node("Gather", "/pool", x + " " + net.index("first", 0), "axis=1");
    return net.graph.output(net.head("logits", pooled));
  }

  /** As Hugging Face writes it: three products, the mean of the patches as pool. */
  public static GraphBuilder huggingFace(int rows, int columns, int width) {
    Transformers net = start(rows, columns, width);
    String x = net.patches("/embeddings/patch_embeddings/projection/Conv_output_0");
    String token = net.graph.weights("vit.embeddings.cls_token", 1, 1, 1, width);
    x = net.graph.node("Concat", "/embeddings/Concat_output_0", token + " " + x, "axis=1");
    for (int layer = 0; layer < 2; layer++) {
      String name = "/encoder/layer." + layer;
      String normed = net.norm(name + "/layernorm_before/Add_1_output_0", x);
      String attention = net.threeProducts(name + "/attention", normed);
      x = net.graph.node("Add", name + "/Add_output_0", attention + " " + x);
      x =
          net.mlp(
              name,
              "/intermediate/dense",
              "/intermediate/intermediate_act_fn",
              "/output/dense",
              name + "/output/Add_output_0",
              x);
    }
    String all = String.join(" ", net.longs("from", 1), net.longs("to", 1000), net.longs("on", 1));
    String patches = net.graph.node("Slice", "/patches", x + " " + all);
    String pooled = net.graph.node("ReduceMean", "/mean", patches, "axes=1,", "keepdims=0");
    return net.graph.output(net.head("logits", pooled));
  }

  /** As CLIP's towers were first exported: tokens × images × channels inside. */
  public static GraphBuilder clip(int rows, int columns, int width) {
    Transformers net = start(rows, columns, width);
    String x = net.patches("/visual/conv1/Conv_output_0");
    String token = net.graph.weights("class_embedding", 1, 1, 1, width);
    x = net.graph.node("Concat", "/visual/Concat_output_0", token + " " + x, "axis=1");
    x = net.graph.node("Transpose", "/visual/Transpose_output_0", x, "perm=1,0,2");
    for (int block = 0; block < 2; block++) {
      String name = "/visual/resblocks." + block;
      String normed = net.norm(name + "/ln_1/LayerNormalization_output_0", x);
      String attention = net.tokensFirst(name + "/attn", normed);
      x = net.graph.node("Add", name + "/Add_output_0", x + " " + attention);
      x = net.mlp(name, "/mlp/c_fc", "/mlp/gelu", "/mlp/c_proj", name + "/Add_1_output_0", x);
    }
    x = net.graph.node("Transpose", "/visual/Transpose_1_output_0", x, "perm=1,0,2");
    String first =
        net.graph.node("Gather", "/visual/Gather", x + " " + net.index("i", 0), "axis=1");
    return net.graph.output(net.head("image_embeds", net.norm("/visual/ln_post", first)));
  }

  /**
   * Swin: windows of two by two, the second block shifted by one, then patches merged by slices.
   * Each block copies its values through the windows ({@code /win.N}).
   */
  public static GraphBuilder swin(int rows, int columns, int width) {
    Transformers net = start(rows, columns, width);
    GraphBuilder g = net.graph;
    String conv = net.conv("/patch");
    String x = g.node("Transpose", "/nhwc", conv, "perm=0,2,3,1");
    for (int block = 0; block < 2; block++) {
      String name = "/block." + block;
      String shifted = block == 1 ? net.rolled(name + "/roll", x, 1) : x;
      String six =
          net.graph.node(
              "Reshape",
              name + "/six",
              shifted + " " + net.longs(name + "/s6", -1, rows / 2, 2, columns / 2, 2, width));
      String parted = g.node("Transpose", name + "/parted", six, "perm=0,1,3,2,4,5");
      String windows =
          g.node(
              "Reshape", name + "/windows", parted + " " + net.longs(name + "/s3", -1, 4, width));
      windows = g.node("MatMul", "/win." + block, windows + " " + net.eye(name + "/eye", width));
      String back =
          g.node(
              "Reshape",
              name + "/back",
              windows + " " + net.longs(name + "/b6", -1, rows / 2, columns / 2, 2, 2, width));
      back = g.node("Transpose", name + "/unparted", back, "perm=0,1,3,2,4,5");
      back =
          g.node(
              "Reshape",
              name + "/whole",
              back + " " + net.longs(name + "/b4", -1, rows, columns, width));
      back = block == 1 ? net.rolled(name + "/unroll", back, -1) : back;
      x = g.node("Add", name + "/add", x + " " + back);
    }
    String merged = "";
    for (int i = 0; i < 4; i++) {
      String starts = net.longs("/merge.s" + i, i % 2, i / 2);
      String ends = net.longs("/merge.e" + i, 1000, 1000);
      String axes = net.longs("/merge.a" + i, 1, 2);
      String steps = net.longs("/merge.t" + i, 2, 2);
      merged +=
          " " + g.node("Slice", "/merge." + i, String.join(" ", x, starts, ends, axes, steps));
    }
    String beside = g.node("Concat", "/merge/cat", merged.strip(), "axis=3");
    String coarse =
        g.node(
            "MatMul", "/coarse", beside + " " + g.weights("reduction", 1, 4L * width, 2L * width));
    String pooled = g.node("ReduceMean", "/mean", coarse, "axes=1,2", "keepdims=0");
    return g.output(g.node("MatMul", "logits", pooled + " " + g.weights("head", 1, 2L * width, 5)));
  }

  private static Transformers start(int rows, int columns, int width) {
    GraphBuilder graph = GraphBuilder.seeded(7);
    graph.image(-1, 3, (long) rows * PATCH, (long) columns * PATCH);
    return new Transformers(graph, rows, columns, width);
  }

  private String conv(String name) {
    String window = "kernel_shape=" + PATCH + "," + PATCH;
    return graph.conv(name, "image", 3, width, PATCH, window, "strides=" + PATCH + "," + PATCH);
  }

  /** Images × tokens × channels. */
  private String patches(String conv) {
    String flat =
        graph.node("Reshape", conv + "/flat", conv(conv) + " " + longs(conv + "/s", 0, width, -1));
    return graph.node("Transpose", conv + "/tokens", flat, "perm=0,2,1");
  }

  private String norm(String name, String x) {
    String scale = graph.floats(name + ".weight", i -> 1, width);
    return graph.node("LayerNormalization", name, x + " " + scale, "axis=-1");
  }

  private String linear(String name, String x, String weights, long to) {
    String bias = graph.floats(name + ".bias", i -> 0, to);
    String product = graph.node("MatMul", name + "/MatMul_output_0", x + " " + weights);
    return graph.node("Add", name + "/Add_output_0", product + " " + bias);
  }

  /** The hidden part has random weights, the way out gives zero. */
  private String mlp(String name, String in, String act, String out, String sum, String x) {
    String normed = norm(sum + ".norm", x);
    String weights = graph.weights(name + in + ".weight", 0.5, width, 2L * width);
    String hidden = linear(name + in, normed, weights, 2L * width);
    String root = graph.node("Div", name + act + "/Div", hidden + " " + number(name + "r", 1.4142));
    String erf = graph.node("Erf", name + act + "/Erf", root);
    String one = graph.node("Add", name + act + "/Add", erf + " " + number(name + "o", 1));
    String gated = graph.node("Mul", name + act + "/Mul_output_0", hidden + " " + one);
    String active =
        graph.node("Mul", name + act + "/Mul_1_output_0", gated + " " + number(name + "h", 0.5));
    String zero = zeros(name + out + ".weight", 2L * width, width);
    return graph.node("Add", sum, linear(name + out, active, zero, width) + " " + x);
  }

  private String fusedAttention(String name, String x, int tokens) {
    int head = width / 2;
    String weights = graph.weights(name + "/qkv.weight", 0.3, width, 3L * width);
    String all = linear(name + "/qkv", x, weights, 3L * width);
    String five =
        graph.node(
            "Reshape", name + "/five", all + " " + longs(name + "/f", -1, tokens, 3, 2, head));
    String turned = graph.node("Transpose", name + "/turned", five, "perm=2,0,3,1,4");
    String q = graph.node("Gather", name + "/q", turned + " " + index(name + "/0", 0), "axis=0");
    String k = graph.node("Gather", name + "/k", turned + " " + index(name + "/1", 1), "axis=0");
    String v = graph.node("Gather", name + "/v", turned + " " + index(name + "/2", 2), "axis=0");
    String looked = attend(name, q, graph.node("Transpose", name + "/kT", k, "perm=0,1,3,2"), v);
    String merged = graph.node("Transpose", name + "/merged", looked, "perm=0,2,1,3");
    String joined =
        graph.node(
            "Reshape", name + "/joined", merged + " " + longs(name + "/j", -1, tokens, width));
    return linear(name + "/proj", joined, zeros(name + "/proj.weight", width, width), width);
  }

  private String threeProducts(String name, String x) {
    int head = width / 2;
    String[] parts = new String[3];
    for (int i = 0; i < 3; i++) {
      String part = name + "/attention/" + new String[] {"query", "key", "value"}[i];
      String made = linear(part, x, graph.weights(part + ".weight", 0.3, width, width), width);
      String heads =
          graph.node("Reshape", part + "/heads", made + " " + longs(part + "/s", 0, -1, 2, head));
      parts[i] =
          graph.node("Transpose", part + "/T", heads, i == 1 ? "perm=0,2,3,1" : "perm=0,2,1,3");
    }
    String looked = attend(name, parts[0], parts[1], parts[2]);
    String merged = graph.node("Transpose", name + "/merged", looked, "perm=0,2,1,3");
    String joined =
        graph.node("Reshape", name + "/joined", merged + " " + longs(name + "/j", 0, -1, width));
    return linear(
        name + "/output/dense", joined, zeros(name + "/output.weight", width, width), width);
  }

  private String tokensFirst(String name, String x) {
    int tokens = rows * columns + 1;
    int head = width / 2;
    String[] parts = new String[3];
    for (int i = 0; i < 3; i++) {
      String part = name + "/" + i;
      String made = linear(part, x, graph.weights(part + ".weight", 0.3, width, width), width);
      String heads =
          graph.node("Reshape", part + "/heads", made + " " + longs(part + "/s", tokens, -1, head));
      parts[i] = graph.node("Transpose", part + "/T", heads, i == 1 ? "perm=1,2,0" : "perm=1,0,2");
    }
    String looked = attend(name, parts[0], parts[1], parts[2]);
    String merged = graph.node("Transpose", name + "/merged", looked, "perm=1,0,2");
    String flat =
        graph.node("Reshape", name + "/flat", merged + " " + longs(name + "/f", -1, width));
    String bias = graph.floats(name + "/out.bias", i -> 0, width);
    String weight = zeros(name + "/out.weight", width, width);
    String out =
        graph.node("Gemm", name + "/out", String.join(" ", flat, weight, bias), "transB=1");
    return graph.node("Reshape", name + "/lne", out + " " + longs(name + "/l", tokens, -1, width));
  }

  private String attend(String name, String q, String k, String v) {
    String scores = graph.node("MatMul", name + "/qk", q + " " + k);
    String scaled =
        graph.node("Mul", name + "/scaled", scores + " " + number(name + "/scale", 0.5));
    String weights = graph.node("Softmax", name + "/softmax", scaled, "axis=-1");
    return graph.node("MatMul", name + "/MatMul_1_output_0", weights + " " + v);
  }

  private String head(String name, String x) {
    return graph.node("MatMul", name, x + " " + graph.weights(name + ".weight", 1, width, 5));
  }

  private String rolled(String name, String x, int by) {
    String here = x;
    for (int axis = 1; axis <= 2; axis++) {
      String part = name + axis;
      String on = longs(part + "/axis", axis);
      String cut = longs(part + "/at", by);
      String end = longs(part + "/end", Long.MAX_VALUE);
      String zero = longs(part + "/zero", 0);
      String first = graph.node("Slice", part + "/a", String.join(" ", here, cut, end, on));
      String second = graph.node("Slice", part + "/b", String.join(" ", here, zero, cut, on));
      here = graph.node("Concat", part, first + " " + second, "axis=" + axis);
    }
    return here;
  }

  private String zeros(String name, long... dims) {
    return graph.floats(name, i -> 0, dims);
  }

  private String eye(String name, int n) {
    return graph.floats(name, i -> i / n == i % n ? 1 : 0, n, n);
  }

  private String longs(String name, long... values) {
    return graph.longs(name, values);
  }

  private String number(String name, double value) {
    return graph.scalar(name, value);
  }

  private String index(String name, long value) {
    return graph.node("Squeeze", name + "/scalar", longs(name, value));
  }
}
