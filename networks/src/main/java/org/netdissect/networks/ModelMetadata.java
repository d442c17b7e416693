package org.netdissect.networks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Text;
import org.netdissect.networks.InputEvidence.Clue;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model's metadata as exporters write it: mean and standard deviation as lists or within the JSON
 * of a configuration (Hugging Face's preprocessor, timm's), ONNX's own Image.NominalPixelRange, and
 * names of classes as JSON, as Python writes a dictionary, or one a line. Keys are found under any
 * of their usual names.
 */
final class ModelMetadata {
  private static final List<String> MEANS =
      List.of("mean", "means", "imagemean", "inputmean", "pixelmean", "normmean", "imgmean");
  private static final List<String> DEVIATIONS =
      List.of("std", "stds", "imagestd", "inputstd", "pixelstd", "normstd", "imgstd");
  private static final List<String> SCALES = List.of("rescalefactor", "inputscale", "scale");
  private static final List<String> ORDERS =
      List.of(
          "inputspace",
          "colorspace",
          "colorformat",
          "channelorder",
          "channels",
          "pixelformat",
          "bitmappixelformat",
          "inputcolorspace");
  private static final List<String> KINDS =
      List.of("preprocess", "preprocessing", "preprocessmode", "normalization", "normalisation");
  private static final List<String> CLASSES =
      List.of(
          "names",
          "classes",
          "id2label",
          "classnames",
          "labels",
          "classlabels",
          "categories",
          "labelnames");

  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

  private static final int LONGEST = 1 << 20;
  private static final int MOST_CLASSES = 100_000;
  private static final int DEEPEST = 4;

  /** As Python writes dictionaries, too. */
  private static final JsonMapper LENIENT =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_UNQUOTED_PROPERTY_NAMES)
          .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .build();

  /** What a key stands for: the key as it is written, and its value. */
  private record Entry(String key, String text, @Nullable JsonNode value) {}

  /** By the key in small letters without anything else. */
  private final Map<String, Entry> entries = new HashMap<>();

  private ModelMetadata() {}

  static ModelMetadata of(Map<String, String> properties) {
    ModelMetadata metadata = new ModelMetadata();
    properties.forEach(
        (key, text) -> {
          if (text.length() <= LONGEST) {
            metadata.add(key, text, json(text), 0);
          }
        });
    return metadata;
  }

  private static @Nullable JsonNode json(String text) {
    String stripped = text.strip();
    if (stripped.startsWith("{") || stripped.startsWith("[")) {
      try {
        return LENIENT.readTree(stripped);
      } catch (JacksonException e) {
        return null;
      }
    }
    return null;
  }

  private void add(String key, String text, @Nullable JsonNode value, int depth) {
    String plain = key.substring(key.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    entries.putIfAbsent(plain.replaceAll("[^a-z0-9]", ""), new Entry(key, text, value));
    if (value != null && value.isObject() && depth < DEEPEST) {
      value.forEachEntry(
          (inner, node) ->
              add(
                  key + "." + inner,
                  node.isString() ? node.stringValue() : node.toString(),
                  node,
                  depth + 1));
    }
  }

  private @Nullable Entry find(List<String> keys) {
    return keys.stream().map(entries::get).filter(e -> e != null).findFirst().orElse(null);
  }

  /** What it says of the input. */
  Optional<Clue> clue() {
    Entry mean = find(MEANS);
    Entry deviation = find(DEVIATIONS);
    if (mean != null || deviation != null) {
      return numbers(mean, deviation);
    }
    Entry range = entries.get("nominalpixelrange");
    if (range != null) {
      return range(range);
    }
    Entry kind = find(KINDS);
    if (kind != null) {
      String name = kind.text().strip().toLowerCase(Locale.ROOT);
      String wanted = name.equals("imagenet") ? "torch" : name;
      return Preprocessing.known().stream()
          .filter(known -> known.name().equals(wanted))
          .findFirst()
          .map(known -> said(kind, known));
    }
    return Optional.empty();
  }

  private static Clue said(Entry entry, Preprocessing preprocessing) {
    return new Clue(
        "its metadata say " + Text.quoted(entry.key()) + ": " + cut(entry.text()), preprocessing);
  }

  /** ONNX's standard metadata of images. */
  private Optional<Clue> range(Entry entry) {
    Preprocessing preprocessing =
        switch (entry.text().strip()) {
          case "NominalRange_0_255" -> Preprocessing.NONE;
          case "Normalized_0_1" -> Preprocessing.UNIT;
          case "Normalized_1_1" -> Preprocessing.TF;
          default -> null;
        };
    if (preprocessing != null && isReversed()) {
      preprocessing =
          new Preprocessing(
              Preprocessing.Channels.BGR,
              preprocessing.scale(),
              preprocessing.mean(),
              preprocessing.std());
    }
    return Optional.of(
        preprocessing == null
            ? new Clue(
                "its metadata say " + Text.quoted(entry.key()) + ": " + cut(entry.text()), null)
            : said(entry, preprocessing));
  }

  private Optional<Clue> numbers(@Nullable Entry mean, @Nullable Entry deviation) {
    List<Double> means = mean == null ? List.of(0.0) : numbers(mean.text());
    List<Double> deviations = deviation == null ? List.of(1.0) : numbers(deviation.text());
    int size = Math.max(means.size(), deviations.size());
    means = means.size() == 1 ? repeated(means.get(0), size) : means;
    deviations = deviations.size() == 1 ? repeated(deviations.get(0), size) : deviations;
    String text =
        "its metadata say"
            + (mean == null ? "" : " " + Text.quoted(mean.key()) + ": " + cut(mean.text()))
            + (mean == null || deviation == null ? "" : ",")
            + (deviation == null
                ? ""
                : " " + Text.quoted(deviation.key()) + ": " + cut(deviation.text()));
    Preprocessing.Channels order =
        isReversed() ? Preprocessing.Channels.BGR : Preprocessing.Channels.RGB;
    try {
      // Without a normalisation, mean and deviation are there and not used.
      boolean isUsed = !isFalse("donormalize");
      Preprocessing preprocessing =
          new Preprocessing(
              order,
              scale(means, deviations),
              isUsed ? means : List.of(0.0),
              isUsed ? deviations : List.of(1.0));
      return Optional.of(new Clue(text, preprocessing.orNearest()));
    } catch (IllegalArgumentException e) {
      return Optional.of(new Clue(text + ", which cannot be used", null));
    }
  }

  /** The factor on pixels: as it stands there, or 1/255 where mean and deviation are of 0 to 1. */
  private double scale(List<Double> means, List<Double> deviations) {
    Entry scale = find(SCALES);
    if (isFalse("dorescale")) {
      return 1;
    }
    if (scale != null) {
      List<Double> numbers = numbers(scale.text());
      if (numbers.size() == 1 && numbers.get(0) > 0 && numbers.get(0) <= 1) {
        return numbers.get(0);
      }
    }
    Entry range = entries.get("inputrange");
    if (range != null) {
      List<Double> ends = numbers(range.text());
      return ends.size() == 2 && ends.get(1) > 1 ? 1 : 1 / 255.0;
    }
    boolean isOfBytes =
        means.stream().anyMatch(m -> Math.abs(m) > 1) || deviations.stream().anyMatch(d -> d > 1);
    return isOfBytes ? 1 : 1 / 255.0;
  }

  private boolean isReversed() {
    Entry order = find(ORDERS);
    return order != null && order.text().strip().toUpperCase(Locale.ROOT).startsWith("BGR");
  }

  private boolean isFalse(String key) {
    Entry entry = entries.get(key);
    return entry != null && entry.text().strip().equalsIgnoreCase("false");
  }

  private static List<Double> repeated(double value, int times) {
    return Collections.nCopies(times, value);
  }

  private static List<Double> numbers(String text) {
    List<Double> numbers = new ArrayList<>();
    Matcher matcher = NUMBER.matcher(text.length() > 1000 ? text.substring(0, 1000) : text);
    while (matcher.find()) {
      numbers.add(Double.valueOf(matcher.group()));
    }
    return numbers;
  }

  /** Names of the outputs in their order; empty where there are none, or not for every number. */
  List<String> classes() {
    Entry entry = find(CLASSES);
    if (entry == null) {
      Entry ids = entries.get("label2id");
      return ids == null || ids.value() == null ? List.of() : byNumber(ids.value());
    }
    JsonNode value = entry.value();
    if (value == null) {
      String text = entry.text().strip();
      if (text.startsWith("{") || text.startsWith("[")) {
        return List.of();
      }
      return named(List.of(text.split(text.contains("\n") ? "\\R" : ",", MOST_CLASSES + 1)));
    }
    if (value.isArray()) {
      List<String> names = new ArrayList<>();
      value.forEach(name -> names.add(name.asString("")));
      return named(names);
    }
    return ofNumbers(value);
  }

  /** {"0": "cat", "1": "dog"}. */
  private static List<String> ofNumbers(JsonNode object) {
    TreeMap<Integer, String> names = new TreeMap<>();
    object.forEachEntry(
        (key, name) -> {
          if (key.matches("\\d{1,6}")) {
            names.put(Integer.valueOf(key), name.asString(""));
          }
        });
    return complete(names);
  }

  /** {"cat": 0, "dog": 1}. */
  private static List<String> byNumber(JsonNode object) {
    TreeMap<Integer, String> names = new TreeMap<>();
    object.forEachEntry((key, number) -> names.put(number.asInt(-1), key));
    return complete(names);
  }

  private static List<String> complete(SortedMap<Integer, String> names) {
    return names.isEmpty() || names.firstKey() != 0 || names.lastKey() != names.size() - 1
        ? List.of()
        : named(List.copyOf(names.values()));
  }

  private static List<String> named(List<String> names) {
    return names.size() < 2 || names.size() > MOST_CLASSES
        ? List.of()
        : names.stream().map(name -> Text.oneLine(name).strip()).toList();
  }

  private static String cut(String text) {
    String line = Text.oneLine(text);
    return line.length() <= 80 ? line : line.substring(0, 79) + "…";
  }
}
