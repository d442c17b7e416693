package org.netdissect.networks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.JsonProblem;
import org.netdissect.base.files.TypedPath;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is done to 8-bit pixels before the network sees them: x = (pixel · scale − mean) / std per
 * channel, computed in double and rounded to float once. Networks with one input channel get the
 * mean of the three channels' x; a preprocessing with one mean and one std counts for all three.
 * Networks with four need a fourth value for the last, which is opaque (255) everywhere.
 *
 * <p>As JSON: {@code {"channels":"RGB"|"BGR","scale":s,"mean":[…],"std":[…]}} with one, three or
 * four values each.
 *
 * @param channels the order in which the network takes the channels
 * @param scale factor on the pixel, 0…255
 * @param mean three values in the order of {@code channels}, and a fourth for an opacity; or one
 * @param std as many values as {@code mean}, none zero
 */
public record Preprocessing(Channels channels, double scale, List<Double> mean, List<Double> std) {

  /** How many values of mean and std there may be. First of all: the constants below need it. */
  private static final Set<Integer> SIZES = Set.of(1, 3, 4);

  /** The order of colour channels. */
  public enum Channels {
    /** Red, green, blue. */
    RGB,
    /** Blue, green, red. */
    BGR
  }

  /** PyTorch's usual normalisation: RGB/255, ImageNet mean and standard deviation. */
  public static final Preprocessing TORCH =
      new Preprocessing(
          Channels.RGB, 1 / 255.0, List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

  /** Caffe's: BGR minus the ImageNet mean, no scaling. */
  public static final Preprocessing CAFFE =
      new Preprocessing(Channels.BGR, 1, List.of(103.939, 116.779, 123.68), List.of(1.0, 1.0, 1.0));

  /** The original program's for all its networks: BGR minus its mean, no scaling. */
  public static final Preprocessing NETDISSECT =
      new Preprocessing(
          Channels.BGR, 1, List.of(109.5388, 118.6897, 124.6901), List.of(1.0, 1.0, 1.0));

  /** TensorFlow's: RGB/127.5 − 1. */
  public static final Preprocessing TF =
      new Preprocessing(Channels.RGB, 1 / 127.5, List.of(1.0, 1.0, 1.0), List.of(1.0, 1.0, 1.0));

  /** RGB/255. */
  public static final Preprocessing UNIT =
      new Preprocessing(Channels.RGB, 1 / 255.0, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

  /** RGB as stored, 0…255. */
  public static final Preprocessing NONE =
      new Preprocessing(Channels.RGB, 1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

  /** Values that differ by less of the range of a channel's values are taken for the same. */
  static final double NEAR = 0.005;

  private static final Map<String, Preprocessing> NAMED = named();
  private static final int LARGEST_FILE = 64 * 1024;

  /**
   * @throws IllegalArgumentException if the lists do not have one, three or four finite values each
   *     or a std is zero
   */
  public Preprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (!SIZES.contains(mean.size()) || mean.size() != std.size()) {
      throw new IllegalArgumentException(
          "mean and std must have three values each, or one or four");
    }
    if (!Double.isFinite(scale) || scale == 0) {
      throw new IllegalArgumentException("scale must be a finite number other than 0");
    }
    for (int c = 0; c < mean.size(); c++) {
      if (!Double.isFinite(mean.get(c)) || !Double.isFinite(std.get(c)) || std.get(c) == 0) {
        throw new IllegalArgumentException("mean and std must be finite, and no std may be 0");
      }
    }
  }

  /** The names that {@link #of} knows: torch, caffe, netdissect, tf, unit, none. */
  public static List<String> names() {
    return List.copyOf(NAMED.keySet());
  }

  /** Those with a name, in the order of {@link #names}. */
  public static Collection<Preprocessing> known() {
    return Collections.unmodifiableCollection(NAMED.values());
  }

  /**
   * A preprocessing by name, or read from a JSON file.
   *
   * @param nameOrJsonPath one of {@link #names} or the path of a JSON file
   * @throws ModelException if it is neither, or the file is malformed
   */
  public static Preprocessing of(String nameOrJsonPath) throws ModelException {
    Preprocessing named = NAMED.get(nameOrJsonPath);
    if (named != null) {
      return named;
    }
    Path file;
    try {
      file = TypedPath.of(nameOrJsonPath);
    } catch (InvalidPathException e) {
      throw unknown(nameOrJsonPath, e);
    }
    if (!Files.isRegularFile(file)) {
      throw unknown(nameOrJsonPath, null);
    }
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new ModelException(file + ": too large for a preprocessing file.");
      }
      return parse(file, Files.readString(file));
    } catch (ModelException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read as a preprocessing: " + e.getMessage(), e);
    }
  }

  /** The name of this preprocessing among {@link #names}, or "custom". */
  public String name() {
    return NAMED.entrySet().stream()
        .filter(e -> e.getValue().equals(this))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("custom");
  }

  /** The one with a name that gives nearly the same values, however it is written; or this one. */
  public Preprocessing orNearest() {
    return mean.size() == 4
        ? this
        : NAMED.values().stream().filter(this::isNearly).findFirst().orElse(this);
  }

  private boolean isNearly(Preprocessing other) {
    for (int channel = 0; channel < 3; channel++) {
      double span = Math.abs(other.value(channel, 255) - other.value(channel, 0));
      if (colour(channel) != other.colour(channel)
          || Math.abs(value(channel, 0) - other.value(channel, 0)) > NEAR * span
          || Math.abs(value(channel, 255) - other.value(channel, 255)) > NEAR * span) {
        return false;
      }
    }
    return true;
  }

  /** As the JSON that {@link #of} reads. */
  public String json() {
    return "{\"channels\":\"%s\",\"scale\":%s,\"mean\":%s,\"std\":%s}"
        .formatted(channels, scale, mean, std)
        .replace(", ", ",");
  }

  /**
   * The value the network sees.
   *
   * @param channel position in the network's channel order, 0 to 2, or 3 where there are four
   * @param pixel 0 to 255
   */
  public double value(int channel, int pixel) {
    return value(channel, (double) pixel);
  }

  /** The same of a mean of pixels. */
  double value(int channel, double pixel) {
    int value = mean.size() == 1 ? 0 : channel;
    return (pixel * scale - mean.get(value)) / std.get(value);
  }

  /** Which of red, green and blue (0, 1, 2) the network takes at a channel. */
  int colour(int channel) {
    return channels == Channels.RGB ? channel : 2 - channel;
  }

  private static ModelException unknown(String text, @Nullable Throwable cause) {
    return new ModelException(
        "Unknown preprocessing \"%s\": give %s, or a JSON file {\"channels\":\"RGB\",\"scale\":s,\"mean\":[3],\"std\":[3]}."
            .formatted(text, String.join(", ", NAMED.keySet())),
        cause);
  }

  private static Preprocessing parse(Path file, String text) throws ModelException {
    try {
      JsonNode root = JsonMapper.shared().readTree(text);
      if (!root.isObject()) {
        throw new IllegalArgumentException("the file must hold one JSON object");
      }
      Set<String> keys = new TreeSet<>(root.propertyNames());
      for (String key : List.of("channels", "scale", "mean", "std")) {
        if (!keys.remove(key)) {
          throw new IllegalArgumentException("\"" + key + "\" is missing");
        }
      }
      if (!keys.isEmpty()) {
        throw new IllegalArgumentException("unknown key \"" + keys.iterator().next() + "\"");
      }
      return new Preprocessing(
          channels(root.get("channels")),
          number(root.get("scale"), "scale"),
          numbers(root.get("mean"), "mean"),
          numbers(root.get("std"), "std"));
    } catch (JacksonException e) {
      throw new ModelException(file + ": is no valid JSON: " + JsonProblem.of(e) + ".", e);
    } catch (IllegalArgumentException e) {
      throw new ModelException(file + ": " + e.getMessage() + ".", e);
    }
  }

  private static Channels channels(JsonNode node) {
    for (Channels order : Channels.values()) {
      if (node.isString() && node.stringValue().equals(order.name())) {
        return order;
      }
    }
    throw new IllegalArgumentException("\"channels\" must be \"RGB\" or \"BGR\"");
  }

  private static double number(JsonNode node, String key) {
    if (!node.isNumber()) {
      throw new IllegalArgumentException("\"" + key + "\" must be a number");
    }
    return node.doubleValue();
  }

  private static List<Double> numbers(JsonNode node, String key) {
    if (!node.isArray() || !SIZES.contains(node.size())) {
      throw new IllegalArgumentException(
          "\"" + key + "\" must be a list of three numbers, or of one or four");
    }
    List<Double> values = new ArrayList<>();
    for (JsonNode element : node) {
      values.add(number(element, key));
    }
    return values;
  }

  private static Map<String, Preprocessing> named() {
    Map<String, Preprocessing> named = new LinkedHashMap<>();
    named.put("torch", TORCH);
    named.put("caffe", CAFFE);
    named.put("netdissect", NETDISSECT);
    named.put("tf", TF);
    named.put("unit", UNIT);
    named.put("none", NONE);
    return named;
  }
}
