package org.netdissect.dissection.activations.basis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Text;
import org.netdissect.base.files.NpyFile;
import org.netdissect.base.files.TypedPath;
import org.netdissect.networks.Layer;
import org.netdissect.results.BasisInfo;
import org.netdissect.results.DissectionException;

/**
 * Views of layers, as asked for: {@code rotation:seeds=1,2;alphas=0.5,1}, {@code
 * matrix:FILE.npy;bias=FILE.npy;relu;topk=K} or {@code random:k=64;seed=1}.
 */
public abstract sealed class Basis {
  /** Directions of one view, and numbers of one matrix. */
  private static final int MOST_DIRECTIONS = 1 << 16;

  static final long MOST_NUMBERS = 1L << 28;
  private static final int MOST_VIEWS = 1_000;

  private final String text;

  private Basis(String text) {
    this.text = text;
  }

  /**
   * Understands what was asked for; reads nothing yet.
   *
   * @throws IllegalArgumentException with one line if it makes no sense
   */
  public static Basis parse(String text) {
    int colon = text.indexOf(':');
    String kind = (colon < 0 ? text : text.substring(0, colon)).trim();
    String rest = colon < 0 ? "" : text.substring(colon + 1);
    return switch (kind) {
      case "rotation" -> {
        Map<String, String> options =
            options(text, rest, Set.of("seeds", "seed", "alphas", "alpha"));
        yield new Rotations(
            text,
            longs(text, either(text, options, "seed", "1")),
            doubles(text, either(text, options, "alpha", "0.2,0.4,0.6,0.8,1")));
      }
      case "random" -> {
        Map<String, String> options = options(text, rest, Set.of("k", "seed"));
        if (!options.containsKey("k")) {
          throw wrong(text, "it needs k, the number of directions: random:k=64;seed=1");
        }
        int k = (int) Math.min(Integer.MAX_VALUE, number(text, options, "k", ""));
        if (k < 1 || k > MOST_DIRECTIONS) {
          throw wrong(text, "k must be 1 to " + MOST_DIRECTIONS);
        }
        yield new RandomDirections(text, k, number(text, options, "seed", "1"));
      }
      case "matrix" -> {
        String[] parts = rest.split(";", 2);
        if (parts[0].isBlank()) {
          throw wrong(text, "it needs a file: matrix:FILE.npy");
        }
        Map<String, String> options =
            options(text, parts.length > 1 ? parts[1] : "", Set.of("bias", "relu", "topk"));
        long topK = number(text, options, "topk", "0");
        if (options.containsKey("topk") && (topK < 1 || topK > MOST_DIRECTIONS)) {
          throw wrong(text, "topk must be at least 1");
        }
        if (!options.getOrDefault("relu", "").isEmpty()) {
          throw wrong(text, "relu takes no value");
        }
        yield new Matrix(
            text,
            TypedPath.of(parts[0].trim()),
            biasFile(text, options),
            options.containsKey("relu"),
            (int) topK);
      }
      default -> throw wrong(text, "a basis is rotation:…, matrix:FILE.npy or random:k=…");
    };
  }

  private static IllegalArgumentException wrong(String text, String what) {
    return new IllegalArgumentException("--basis " + Text.oneLine(text) + ": " + what);
  }

  private static Map<String, String> options(String text, String rest, Set<String> known) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String part : rest.split(";")) {
      if (part.isBlank()) {
        continue;
      }
      String[] pair = part.trim().split("=", 2);
      if (!known.contains(pair[0])) {
        throw wrong(
            text,
            "unknown '"
                + Text.oneLine(pair[0])
                + "'; known are "
                + String.join(", ", known.stream().sorted().toList()));
      }
      if (options.put(pair[0], pair.length > 1 ? pair[1].trim() : "") != null) {
        throw wrong(text, pair[0] + " stands twice");
      }
    }
    return options;
  }

  /** What is said of a list, which may be called in the singular as well. */
  private static String either(
      String text, Map<String, String> options, String name, String usual) {
    if (options.containsKey(name) && options.containsKey(name + "s")) {
      throw wrong(text, name + " and " + name + "s are the same; give one of them");
    }
    return options.getOrDefault(name + "s", options.getOrDefault(name, usual));
  }

  private static long number(String text, Map<String, String> options, String name, String usual) {
    List<Long> values = longs(text, options.getOrDefault(name, usual));
    if (values.size() > 1) {
      throw wrong(text, name + " is one number");
    }
    return values.get(0);
  }

  private static @Nullable Path biasFile(String text, Map<String, String> options) {
    if (!options.containsKey("bias")) {
      return null;
    }
    if (options.get("bias").isEmpty()) {
      throw wrong(text, "bias needs a file: bias=FILE.npy");
    }
    return TypedPath.of(options.get("bias"));
  }

  private static List<Long> longs(String text, String list) {
    Set<Long> values = new LinkedHashSet<>();
    for (String part : list.split(",", -1)) {
      try {
        if (!values.add(Long.parseLong(part.trim()))) {
          throw wrong(text, part.trim() + " stands twice");
        }
      } catch (NumberFormatException e) {
        throw wrong(text, "'" + Text.oneLine(part) + "' is not a whole number");
      }
    }
    return List.copyOf(values);
  }

  private static List<Double> doubles(String text, String list) {
    Set<Double> values = new LinkedHashSet<>();
    for (String part : list.split(",", -1)) {
      double value;
      try {
        value = Double.parseDouble(part.trim());
      } catch (NumberFormatException e) {
        throw wrong(text, "'" + Text.oneLine(part) + "' is not a number");
      }
      if (!Double.isFinite(value) || Math.abs(value) > 1_000) {
        throw wrong(text, "'" + Text.oneLine(part) + "' is not a power that makes sense");
      }
      if (!values.add(value)) {
        throw wrong(text, part.trim() + " stands twice");
      }
    }
    return List.copyOf(values);
  }

  /** As it was asked for. */
  @Override
  public String toString() {
    return text;
  }

  /** Files that it is read from. */
  public List<Path> files() {
    return List.of();
  }

  /**
   * Refuses early what no layer could make good: a file that is missing or of the wrong shape.
   *
   * @throws NetdissectException in one line
   */
  public void check() throws IOException {}

  /**
   * Refuses early a matrix that suits none of some layers.
   *
   * @throws DissectionException in one line
   */
  public void checkSuitsOneOf(List<Layer> layers) throws IOException {
    int channels = channels();
    if (channels != 0 && layers.stream().noneMatch(layer -> layer.channels() == channels)) {
      // Of the first layer, in the words of the basis.
      views(layers.get(0).name(), layers.get(0).channels());
    }
  }

  /** The same with the relative paths of its files resolved against a folder. */
  public Basis relativeTo(Path folder) {
    return this;
  }

  /** How many views it gives of each layer. */
  public abstract int count();

  /** The powers of rotations that it gives; none of other views. */
  public List<Double> alphas() {
    return List.of();
  }

  /** What should be said of it, once; null for nothing. */
  public @Nullable String remark() {
    return null;
  }

  /**
   * How many channels a layer must have.
   *
   * @return 0 where any number will do
   */
  int channels() throws IOException {
    return 0;
  }

  /**
   * The views of a layer.
   *
   * @throws DissectionException in one line if the matrix does not fit the layer
   */
  abstract List<View> views(String layer, int channels) throws IOException;

  private static final class Rotations extends Basis {
    private final List<Long> seeds;
    private final List<Double> alphas;

    Rotations(String text, List<Long> seeds, List<Double> alphas) {
      super(text);
      this.seeds = seeds;
      this.alphas = alphas;
      if ((long) seeds.size() * alphas.size() > MOST_VIEWS) {
        throw wrong(text, "more than " + MOST_VIEWS + " views");
      }
    }

    @Override
    public @Nullable String remark() {
      return alphas.stream().anyMatch(a -> a < 0 || a > 1)
          ? "--basis "
              + Text.oneLine(toString())
              + ": powers outside 0 to 1 turn on beyond Q, or back"
          : null;
    }

    @Override
    public int count() {
      return seeds.size() * alphas.size();
    }

    @Override
    public List<Double> alphas() {
      return alphas;
    }

    @Override
    List<View> views(String layer, int channels) {
      List<View> views = new ArrayList<>();
      for (long seed : seeds) {
        Rotation rotation = Rotation.ofSeed(channels, seed);
        for (double alpha : alphas) {
          String name = "rotation-s" + seed + "-a" + number(alpha);
          views.add(
              new View(
                  name,
                  alpha == 0 ? null : floats(rotation.power(alpha)),
                  null,
                  channels,
                  false,
                  0,
                  BasisInfo.drawn(layer, "rotation", seed, alpha)));
        }
      }
      return views;
    }
  }

  private static String number(double value) {
    String text = Double.toString(value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static float[] floats(double[][] rows) {
    float[] floats = new float[rows.length * rows[0].length];
    int at = 0;
    for (double[] row : rows) {
      for (double value : row) {
        floats[at++] = (float) value;
      }
    }
    return floats;
  }

  private static final class RandomDirections extends Basis {
    private final int k;
    private final long seed;

    RandomDirections(String text, int k, long seed) {
      super(text);
      this.k = k;
      this.seed = seed;
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    List<View> views(String layer, int channels) throws DissectionException {
      if ((long) k * channels > MOST_NUMBERS) {
        throw new DissectionException(
            "--basis " + this + ": " + k + " directions of " + channels + " channels are too many");
      }
      NormalNumbers random = new NormalNumbers(seed);
      double[][] rows = new double[k][channels];
      for (double[] row : rows) {
        double length = 0;
        for (int j = 0; j < channels; j++) {
          row[j] = random.next();
          length += row[j] * row[j];
        }
        for (int j = 0; j < channels; j++) {
          row[j] /= Math.sqrt(length);
        }
      }
      return List.of(
          new View(
              "random-k" + k + "-s" + seed,
              floats(rows),
              null,
              k,
              false,
              0,
              BasisInfo.drawn(layer, "random", seed, null)));
    }
  }

  private static final class Matrix extends Basis {
    private final Path file;
    private final @Nullable Path biasFile;
    private final boolean relu;
    private final int topK;

    Matrix(String text, Path file, @Nullable Path biasFile, boolean relu, int topK) {
      super(text);
      this.file = file;
      this.biasFile = biasFile;
      this.relu = relu;
      this.topK = topK;
    }

    @Override
    public List<Path> files() {
      return biasFile == null ? List.of(file) : List.of(file, biasFile);
    }

    @Override
    public void check() throws IOException {
      try (NpyFile npy = NpyFile.open(file)) {
        int k = (int) shape(npy)[0];
        checkTopK(k);
        if (biasFile != null) {
          bias(biasFile, k);
        }
      }
    }

    private void checkTopK(int k) throws DissectionException {
      if (topK > k) {
        throw new DissectionException(
            "--basis " + this + ": topk=" + topK + " of only " + k + " directions");
      }
    }

    @Override
    public Basis relativeTo(Path folder) {
      return parse(
          "matrix:"
              + folder.resolve(file)
              + (biasFile == null ? "" : ";bias=" + folder.resolve(biasFile))
              + (relu ? ";relu" : "")
              + (topK > 0 ? ";topk=" + topK : ""));
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    int channels() throws IOException {
      try (NpyFile npy = NpyFile.open(file)) {
        return (int) Math.min(Integer.MAX_VALUE, shape(npy)[1]);
      }
    }

    /** Directions and channels. */
    private long[] shape(NpyFile npy) throws DissectionException {
      long[] shape = npy.shape();
      if (shape.length != 2 || shape[0] < 1 || shape[0] > MOST_DIRECTIONS || shape[1] < 1) {
        throw new DissectionException(
            file
                + ": shape "
                + shape(shape)
                + " is not directions × channels"
                + (shape.length == 2 && shape[0] > MOST_DIRECTIONS
                    ? " with at most " + MOST_DIRECTIONS + " directions"
                    : ""));
      }
      return shape;
    }

    @Override
    List<View> views(String layer, int channels) throws IOException {
      double[] values;
      int k;
      try (NpyFile npy = NpyFile.open(file)) {
        long[] shape = shape(npy);
        if (shape[1] != channels) {
          throw new DissectionException(
              file
                  + ": directions of "
                  + shape[1]
                  + " channels, but layer "
                  + layer
                  + " has "
                  + channels
                  + (shape[0] == channels ? "; is it transposed?" : ""));
        }
        if (shape[0] * shape[1] > MOST_NUMBERS) {
          throw new DissectionException(file + ": more than " + MOST_NUMBERS + " numbers");
        }
        k = (int) shape[0];
        values = byRows(npy, k, channels);
      }
      double[] bias = biasFile == null ? null : bias(biasFile, k);
      String digest = Fitted.digest(values);
      String biasDigest = bias == null ? null : Fitted.digest(bias);
      checkTopK(k);
      String name = file.getFileName().toString().replaceFirst("\\.npy$", "");
      return List.of(
          new View(
              "matrix-" + name + (relu ? "-relu" : "") + (topK > 0 ? "-top" + topK : ""),
              finite(values, channels, file),
              biasFile == null || bias == null ? null : finite(bias, 1, biasFile),
              k,
              relu,
              topK,
              new BasisInfo(
                  layer,
                  "matrix",
                  null,
                  null,
                  file.getFileName().toString(),
                  digest,
                  biasFile == null ? null : biasFile.getFileName().toString(),
                  biasDigest,
                  relu ? true : null,
                  topK > 0 ? topK : null,
                  Fitted.origin(file, digest, biasDigest))));
    }

    private static double[] bias(Path file, int k) throws IOException {
      try (NpyFile npy = NpyFile.open(file)) {
        long[] shape = npy.shape();
        if (shape.length != 1 || shape[0] != k) {
          throw new DissectionException(
              file + ": shape " + shape(shape) + " is not one number a direction: (" + k + ",)");
        }
        double[] values = new double[k];
        npy.read(0, values);
        return values;
      }
    }

    private static double[] byRows(NpyFile npy, int k, int n) throws IOException {
      double[] values = new double[k * n];
      npy.read(0, values);
      if (!npy.isFortran()) {
        return values;
      }
      double[] rows = new double[values.length];
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < n; j++) {
          rows[i * n + j] = values[j * k + i];
        }
      }
      return rows;
    }

    /**
     * @param each numbers of a direction
     */
    private static float[] finite(double[] values, int each, Path file) throws DissectionException {
      float[] floats = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        floats[i] = (float) values[i];
        if (!Float.isFinite(floats[i])) {
          throw new DissectionException(
              file
                  + ": direction "
                  + i / each
                  + (each > 1 ? ", channel " + i % each : "")
                  + " is "
                  + values[i]
                  + (Double.isFinite(values[i]) ? ", too large for float32" : ""));
        }
      }
      return floats;
    }

    private static String shape(long[] shape) {
      String sides =
          Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
      return "(" + sides + (shape.length == 1 ? ",)" : ")");
    }
  }
}
