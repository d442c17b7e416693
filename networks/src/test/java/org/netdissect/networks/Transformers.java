package org.netdissect.networks;

/**
 * Small vision transformers with known weights: attention and the second product of each MLP give
 * zero, so that the residual stream stays the patch embedding, and every layer is a known function
 * of the patch at its place.
 *
 * <p>With {@link #COLOURS} for a width they have 16 channels that know what they see: channel 0 is
 * the red of a patch beyond its green and blue, 1 its green, 2 its blue, 4 to 7 its place, and the
 * upper eight are the negatives of the lower, so that layer norm subtracts nothing. Each head of
 * attention looks at the very patch that asks and copies its colours to channels 0 to 2; the first
 * three hidden units of each MLP are the colours.
 */
public final class Transformers {
  /** Pixels of a patch's side. */
  public static final int PATCH = 4;

  /** In place of a width: 16 channels that know colours and places. */
  public static final int COLOURS = 0;

  private static final int COLOUR_WIDTH = 16;

  /** How sharply attention looks. */
  private static final double SHARP = 10;

  private final GraphBuilder graph;
  private final int rows;
  private final int columns;
  private final int width;
  private final boolean knowsColours;

  private Transformers(GraphBuilder graph, int rows, int columns, int width, boolean knowsColours) {
    this.knowsColours = knowsColours;
    this.graph = graph;
    this.rows = rows;
    this.columns = columns;
    this.width = width;
  }

  /** As PyTorch and timm write it: one product for queries, keys and values, class token first. */
  public static GraphBuilder timm(int rows, int columns, int channels, int registers) {
    Transformers net = start(rows, columns, channels);
    int width = net.width;
    String x = net.patches("/patch_embed/proj/Conv_output_0");
    int before = 1 + registers;
    String others = net.graph.weights("cls_token", 1, 1, before, width);
    x = net.graph.node("Concat", "/Concat_output_0", others + " " + x, "axis=1");
    int tokens = rows * columns + before;
    x = net.graph.node("Add", "/Add_output_0", x + " " + net.places("pos_embed", before));
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
  public static GraphBuilder huggingFace(int rows, int columns, int channels) {
    Transformers net = start(rows, columns, channels);
    int width = net.width;
    String x = net.patches("/embeddings/patch_embeddings/projection/Conv_output_0");
    String token = net.graph.weights("vit.embeddings.cls_token", 1, 1, 1, width);
    x = net.graph.node("Concat", "/embeddings/Concat_output_0", token + " " + x, "axis=1");
    if (net.knowsColours) {
      String places = net.places("vit.embeddings.position_embeddings", 1);
      x = net.graph.node("Add", "/embeddings/Add_output_0", x + " " + places);
    }
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
  public static GraphBuilder clip(int rows, int columns, int channels) {
    Transformers net = start(rows, columns, channels);
    int width = net.width;
    String x = net.patches("/visual/conv1/Conv_output_0");
    String token = net.graph.weights("class_embedding", 1, 1, 1, width);
    x = net.graph.node("Concat", "/visual/Concat_output_0", token + " " + x, "axis=1");
    if (net.knowsColours) {
      x = net.graph.node("Add", "/visual/Add_output_0", x + " " + net.places("positional", 1));
    }
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
  public static GraphBuilder swin(int rows, int columns, int channels) {
    Transformers net = start(rows, columns, channels);
    int width = net.width;
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
    String coarse = g.node("MatMul", "/coarse", beside + " " + net.reduction("reduction"));
    String pooled = g.node("ReduceMean", "/mean", coarse, "axes=1,2", "keepdims=0");
    return g.output(g.node("MatMul", "logits", pooled + " " + g.weights("head", 1, 2L * width, 5)));
  }

  /** ConvNeXt: convolutions by channel, norms and products over channels that come last. */
  public static GraphBuilder convNeXt(int rows, int columns) {
    Transformers net = start(rows, columns, COLOURS);
    GraphBuilder g = net.graph;
    int width = net.width;
    String x = net.conv("/stem/stem.0/Conv_output_0");
    for (int block = 0; block < 2; block++) {
      String name = "/stages.0/blocks." + block;
      String here = g.floats(name + ".dw", i -> i % 9 == 4 ? 1 : 0, width, 1, 3, 3);
      String deep =
          g.node(
              "Conv",
              name + "/conv_dw/Conv_output_0",
              x + " " + here,
              "kernel_shape=3,3",
              "pads=1,1,1,1",
              "group=" + width);
      String last = g.node("Transpose", name + "/Transpose_output_0", deep, "perm=0,2,3,1");
      String normed = net.norm(name + "/norm/LayerNormalization_output_0", last);
      String widened =
          g.floats(
              name + ".fc1.weight",
              i -> i / (4 * width) == i % (4 * width) && i / (4 * width) < 3 ? 2 : 0,
              width,
              4L * width);
      String hidden = net.linear(name + "/mlp/fc1", normed, widened, 4L * width);
      String active = g.node("Relu", name + "/mlp/act/Relu_output_0", hidden);
      String narrowed =
          g.floats(
              name + ".fc2.weight",
              i -> net.wayOut(i / width, i % width) * (i / width < 3 ? 1 : 0),
              4L * width,
              width);
      String out = net.linear(name + "/mlp/fc2", active, narrowed, width);
      String first = g.node("Transpose", name + "/Transpose_1_output_0", out, "perm=0,3,1,2");
      String gamma = g.floats(name + ".gamma", i -> 0.5, 1, width, 1, 1);
      String scaled = g.node("Mul", name + "/Mul_output_0", first + " " + gamma);
      x = g.node("Add", name + "/Add_output_0", scaled + " " + x);
    }
    String pooled = g.node("ReduceMean", "/head/mean", x, "axes=2,3", "keepdims=0");
    return g.output(net.head("logits", pooled));
  }

  private static Transformers start(int rows, int columns, int width) {
    GraphBuilder graph = GraphBuilder.seeded(7);
    graph.image(-1, 3, (long) rows * PATCH, (long) columns * PATCH);
    boolean colours = width == COLOURS;
    return new Transformers(graph, rows, columns, colours ? COLOUR_WIDTH : width, colours);
  }

  private String conv(String name) {
    String window = "kernel_shape=" + PATCH + "," + PATCH;
    if (knowsColours) {
      String weights =
          graph.floats(
              name + ".weight",
              i -> seen(i / (3 * PATCH * PATCH), i / (PATCH * PATCH) % 3) / (PATCH * PATCH),
              width,
              3,
              PATCH,
              PATCH);
      return graph.node("Conv", name, "image " + weights, window, "strides=" + PATCH + "," + PATCH);
    }
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
    String weights =
        knowsColours
            ? graph.floats(
                name + in + ".weight",
                i -> i / (2 * width) == i % (2 * width) && i / (2 * width) < 3 ? 2 : 0,
                width,
                2L * width)
            : graph.weights(name + in + ".weight", 0.5, width, 2L * width);
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
    String weights =
        knowsColours
            ? graph.floats(
                name + "/qkv.weight",
                i -> looking(i % (3 * width) / width, i / (3 * width), i % width),
                width,
                3L * width)
            : graph.weights(name + "/qkv.weight", 0.3, width, 3L * width);
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
    return linear(name + "/proj", joined, wayOut(name + "/proj.weight", false), width);
  }

  private String threeProducts(String name, String x) {
    int head = width / 2;
    String[] parts = new String[3];
    for (int i = 0; i < 3; i++) {
      String part = name + "/attention/" + new String[] {"query", "key", "value"}[i];
      String made = linear(part, x, looking(part + ".weight", i), width);
      String heads =
          graph.node("Reshape", part + "/heads", made + " " + longs(part + "/s", 0, -1, 2, head));
      parts[i] =
          graph.node("Transpose", part + "/T", heads, i == 1 ? "perm=0,2,3,1" : "perm=0,2,1,3");
    }
    String looked = attend(name, parts[0], parts[1], parts[2]);
    String merged = graph.node("Transpose", name + "/merged", looked, "perm=0,2,1,3");
    String joined =
        graph.node("Reshape", name + "/joined", merged + " " + longs(name + "/j", 0, -1, width));
    return linear(name + "/output/dense", joined, wayOut(name + "/output.weight", false), width);
  }

  private String tokensFirst(String name, String x) {
    int tokens = rows * columns + 1;
    int head = width / 2;
    String[] parts = new String[3];
    for (int i = 0; i < 3; i++) {
      String part = name + "/" + i;
      String made = linear(part, x, looking(part + ".weight", i), width);
      String heads =
          graph.node("Reshape", part + "/heads", made + " " + longs(part + "/s", tokens, -1, head));
      parts[i] = graph.node("Transpose", part + "/T", heads, i == 1 ? "perm=1,2,0" : "perm=1,0,2");
    }
    String looked = attend(name, parts[0], parts[1], parts[2]);
    String merged = graph.node("Transpose", name + "/merged", looked, "perm=1,0,2");
    String flat =
        graph.node("Reshape", name + "/flat", merged + " " + longs(name + "/f", -1, width));
    String bias = graph.floats(name + "/out.bias", i -> 0, width);
    String weight = wayOut(name + "/out.weight", true);
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

  /** What a channel takes of a colour channel of the photograph. */
  private static double seen(int channel, int colour) {
    double sign = channel < COLOUR_WIDTH / 2 ? 1 : -1;
    int unit = channel % (COLOUR_WIDTH / 2);
    return unit > 2 ? 0 : sign * (unit == colour ? 1 : -0.5);
  }

  /** Places on two half circles, strong beside the colours; of the first tokens nothing. */
  private String places(String name, int before) {
    return graph.floats(
        name, i -> place(i / width - before, i % width), 1, (long) rows * columns + before, width);
  }

  private double place(int patch, int channel) {
    int part = channel % (COLOUR_WIDTH / 2) - 4;
    if (!knowsColours || patch < 0 || part < 0) {
      return 0;
    }
    int step = part < 2 ? patch / columns : patch % columns;
    double angle = Math.PI * step / (part < 2 ? rows : columns);
    double sign = channel < COLOUR_WIDTH / 2 ? 8 : -8;
    return sign * (part % 2 == 0 ? Math.cos(angle) : Math.sin(angle));
  }

  /** Weights of queries (0), keys (1) or values (2). */
  private String looking(String name, int what) {
    return knowsColours
        ? graph.floats(name, i -> looking(what, i / width, i % width), width, width)
        : graph.weights(name, 0.3, width, width);
  }

  /** Both heads: queries and keys are places, values are colours. */
  private static double looking(int what, int from, int to) {
    int part = to % (COLOUR_WIDTH / 2);
    if (what == 2) {
      return part < 3 && from == part ? 1 : 0;
    }
    return part < 4 && from == 4 + part ? SHARP : 0;
  }

  /** From the values of both heads to channels. */
  private String wayOut(String name, boolean transposed) {
    return graph.floats(
        name,
        i -> transposed ? wayOut(i % width, i / width) : wayOut(i / width, i % width),
        width,
        width);
  }

  private double wayOut(int from, int to) {
    int unit = from % (COLOUR_WIDTH / 2);
    if (!knowsColours || unit > 2 || to % (COLOUR_WIDTH / 2) != unit) {
      return 0;
    }
    return to < COLOUR_WIDTH / 2 ? 1 : -1;
  }

  /** Of four patches side by side; with colours, coarse channel c is the mean of their c-th. */
  private String reduction(String name) {
    return knowsColours
        ? graph.floats(
            name,
            i -> i / (2 * width) % width == i % (2 * width) ? 0.25 : 0,
            4L * width,
            2L * width)
        : graph.weights(name, 1, 4L * width, 2L * width);
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
