package org.netdissect.networks.caffe;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.ConvertedModel;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.NearestNames;

/**
 * Makes an ONNX graph of a net, layer by layer in the order of the file. Each blob becomes a tensor
 * of its name, which holds its value after the last layer that changes it in place; all other
 * tensors have names with a prefix that no blob has.
 */
final class Translation {
  private static final int IR_VERSION = 7;
  private static final int MOST_NAMED = 5;

  /** Values of one image in one blob. */
  private static final long LARGEST_BLOB = 1 << 28;

  private final Path file;
  private final CaffeNet net;
  private final Parameters parameters;
  private final GraphWriter writer;
  private final String prefix;
  private final Map<String, Operand> blobs = new LinkedHashMap<>();

  /** Blobs that cannot be had, and why. */
  private final Map<String, String> gone = new HashMap<>();

  private final Map<String, CaffeLayer> makers = new HashMap<>();

  /** For each blob the place of the last layer that writes it. */
  private final Map<String, Integer> lastWriters = new HashMap<>();

  /** The place of the layer at work. */
  private int current;

  private final Set<String> read = new HashSet<>();
  private final Set<String> taken = new HashSet<>();
  private final Set<String> notes = new LinkedHashSet<>();
  private final List<String> leftOut = new ArrayList<>();
  private long images = 1;

  private Translation(Path file, CaffeNet net, Parameters parameters) {
    this.file = file;
    this.net = net;
    this.parameters = parameters;
    String free = "~";
    for (boolean isTaken = true; isTaken; ) {
      String tried = free;
      isTaken = blobNames().anyMatch(n -> n.startsWith(tried));
      free += isTaken ? "~" : "";
    }
    this.prefix = free;
    this.writer = new GraphWriter(prefix + prefix);
  }

  /** What a net became, and what is worth saying about it. */
  record Result(ModelProto model, List<String> notes) {
    Result {
      notes = List.copyOf(notes);
    }
  }

  /**
   * Translates a net.
   *
   * @param text the net's file
   * @param weightFile the weights' file; null, as {@code weights}, for a net without
   * @param size height and width of the image, which replace those of the text; or null
   */
  static Result of(
      Path text,
      CaffeNet net,
      @Nullable Path weightFile,
      @Nullable WeightFile weights,
      @Nullable InputSize size)
      throws ModelException {
    try {
      return run(text, net, weightFile, weights, size, true);
    } catch (MixedImagesException e) {
      Result fixed = run(text, net, weightFile, weights, size, false);
      List<String> notes = new ArrayList<>(fixed.notes);
      notes.add(e.getMessage() + " mixes images: their number at once stays what the text says");
      return new Result(fixed.model, notes);
    }
  }

  private static Result run(
      Path text,
      CaffeNet net,
      @Nullable Path weightFile,
      @Nullable WeightFile weights,
      @Nullable InputSize size,
      boolean free)
      throws ModelException {
    Translation translation =
        new Translation(text, net, new Parameters(text, net, weightFile, weights));
    List<String> notes = new ArrayList<>();
    List<Inputs.Input> inputs = Inputs.of(text, net, weights, size, free, notes);
    translation.notes.addAll(notes);
    try {
      translation.net(inputs);
    } catch (ArithmeticException e) {
      throw new ModelException(text + ": its sizes are beyond all bounds.", e);
    }
    return new Result(translation.model(), translation.allNotes());
  }

  Path file() {
    return file;
  }

  Parameters parameters() {
    return parameters;
  }

  GraphWriter writer() {
    return writer;
  }

  void note(String what) {
    notes.add(what);
  }

  void leaveOut(CaffeLayer layer, String blob, String why) {
    gone.put(blob, why);
    makers.put(blob, layer);
  }

  private void net(List<Inputs.Input> inputs) throws ModelException {
    checkNames();
    List<CaffeLayer> computed = new ArrayList<>();
    for (CaffeLayer layer : net.layers()) {
      if (!LayerTypes.SOURCES.contains(layer.type())) {
        if (isWriter(layer)) {
          int place = computed.size();
          layer.tops().forEach(t -> lastWriters.put(t, place));
        }
        computed.add(layer);
      }
    }
    if (computed.isEmpty()) {
      throw new ModelException(file + ": has inputs, but no layer that computes.");
    }
    for (Inputs.Input input : inputs) {
      input(input);
    }
    for (CaffeLayer layer : net.layers()) {
      if (LayerTypes.SOURCES.contains(layer.type()) && !layer.type().equals("Input")) {
        layer.tops().stream().skip(1).forEach(t -> leaveOut(layer, t, "labels"));
      }
    }
    checkInPlace(computed);
    for (current = 0; current < computed.size(); current++) {
      layer(computed.get(current), computed.subList(current + 1, computed.size()));
    }
    parameters.checkComplete();
  }

  private void input(Inputs.Input input) throws ModelException {
    String blob = input.blob();
    if (blobs.containsKey(blob)) {
      throw new ModelException("%s: two inputs are called %s.".formatted(file, blob));
    }
    Shape shape = input.shape();
    images = shape.rank() == 4 ? Math.max(images, shape.dim(0)) : images;
    if (shape.count() / images > LARGEST_BLOB) {
      throw new ModelException("%s: an input of %s is too large.".formatted(file, shape));
    }
    String tensor = lastWriters.containsKey(blob) ? unique(prefix + blob) : blob;
    writer.input(tensor, shape);
    blobs.put(blob, new Operand(tensor, shape));
  }

  private void layer(CaffeLayer layer, List<CaffeLayer> later) throws ModelException {
    List<Operand> bottoms = new ArrayList<>();
    boolean followsGone = false;
    for (String bottom : layer.bottoms()) {
      followsGone |= gone.containsKey(bottom);
      Operand operand = blobs.get(bottom);
      if (operand == null && !gone.containsKey(bottom)) {
        throw error(
            layer,
            "it reads the blob \"%s\", which no layer before it makes%s"
                .formatted(bottom, nearest(bottom)));
      }
      bottoms.add(operand);
    }
    for (String top : layer.tops()) {
      if (!layer.changes(top) && (blobs.containsKey(top) || gone.containsKey(top))) {
        throw error(
            layer,
            "it makes the blob \"%s\", which %s makes already"
                .formatted(top, makers.containsKey(top) ? makers.get(top) : "an input"));
      }
    }
    boolean isIdle = isIdleEnd(layer, later);
    if (followsGone || isIdle || LayerTypes.isEnd(layer.type())) {
      layer.tops().forEach(t -> leaveOut(layer, t, layer.name()));
      layer.tops().forEach(blobs::remove);
      if (isIdle) {
        note(layer + ": a program in Python, which is never run: left out");
      } else if (!layer.tops().isEmpty()) {
        leftOut.add(layer.name());
      }
      return;
    }
    translate(layer, bottoms);
  }

  private void translate(CaffeLayer layer, List<Operand> bottoms) throws ModelException {
    LayerTypes.Translator translator = LayerTypes.translator(layer.type());
    if (translator == null) {
      throw unknownType(layer);
    }
    List<Object> unknown = layer.text().values(TextParser.UNKNOWN);
    if (!unknown.isEmpty()) {
      throw error(layer, "its field " + unknown.get(0) + " is not known");
    }
    if (layer.text().has("blobs")) {
      throw error(layer, "weights within the text are not read; put them into the caffemodel");
    }
    layer.bottoms().forEach(read::add);
    if (!isWriter(layer)) {
      return;
    }
    Step step = new Step(this, layer, bottoms);
    translator.translate(step);
    for (int i = 0; i < layer.tops().size(); i++) {
      String top = layer.tops().get(i);
      if (step.made(i) != null) {
        blobs.put(top, step.made(i));
        makers.put(top, layer);
        read.remove(top);
      }
    }
  }

  /** An identity in place leaves the blob as it is; everything else makes its tops. */
  private static boolean isWriter(CaffeLayer layer) {
    return !LayerTypes.isEnd(layer.type())
        && !(LayerTypes.isIdentity(layer.type()) && layer.bottoms().equals(layer.tops()));
  }

  /** A Python layer behind everything that computes is never run and not missed. */
  private static boolean isIdleEnd(CaffeLayer layer, List<CaffeLayer> later) {
    return layer.type().equals(LayerTypes.PYTHON)
        && layer.tops().stream().noneMatch(layer::changes)
        && later.stream()
            .filter(l -> !LayerTypes.isEnd(l.type()))
            .noneMatch(l -> l.bottoms().stream().anyMatch(layer.tops()::contains));
  }

  private ModelException unknownType(CaffeLayer layer) {
    String advice =
        " what comes before it can be dissected with a copy of the file that ends before this layer";
    if (layer.type().equals(LayerTypes.PYTHON)) {
      return error(layer, "it is a program in Python, which is never run;" + advice);
    }
    if (layer.type().isEmpty()) {
      return error(layer, "it has no type");
    }
    return error(
        layer,
        "the type \"%s\" is not known (the nearest are %s);%s"
            .formatted(
                layer.type(),
                String.join(", ", NearestNames.of(layer.type(), LayerTypes.names())),
                advice));
  }

  private void checkNames() throws ModelException {
    if (blobNames().anyMatch(String::isEmpty)) {
      throw new ModelException(file + ": a blob has an empty name.");
    }
    for (CaffeLayer layer : net.layers()) {
      if (new HashSet<>(layer.tops()).size() < layer.tops().size()) {
        throw error(layer, "it makes a blob twice");
      }
    }
  }

  /**
   * Caffe builds no net in which a blob is changed in place while another layer reads it: which of
   * the values a name means would depend on who asks.
   */
  private void checkInPlace(List<CaffeLayer> layers) throws ModelException {
    Map<String, CaffeLayer> readers = new HashMap<>();
    for (CaffeLayer layer : layers) {
      for (String bottom : layer.bottoms()) {
        if (!layer.changes(bottom)) {
          readers.putIfAbsent(bottom, layer);
          continue;
        }
        CaffeLayer other = readers.remove(bottom);
        if (other != null) {
          throw error(
              layer,
              "it changes the blob \"%s\" in place, which %s reads before; Caffe refuses that, give it a top of its own"
                  .formatted(bottom, other));
        }
      }
    }
  }

  /**
   * @throws ModelException if a blob is larger than any sensible one
   */
  void checkSize(CaffeLayer layer, Shape shape) throws ModelException {
    for (long dim : shape.dims()) {
      if (dim < 1) {
        throw error(layer, "it makes a blob of " + shape + ", which is empty");
      }
      if (dim > Integer.MAX_VALUE || shape.count() / images > LARGEST_BLOB) {
        throw error(layer, "it makes a blob of " + shape + ", which is too large");
      }
    }
  }

  String innerName(CaffeLayer layer, String name) {
    return unique(prefix + layer.name() + "." + name);
  }

  /** The blob's own name for its last value, another for values before. */
  String topName(CaffeLayer layer, int index) {
    String blob = layer.tops().get(index);
    return Objects.equals(lastWriters.get(blob), current) ? blob : innerName(layer, blob);
  }

  String nodeName(CaffeLayer layer, int index) {
    String name = layer.name().isEmpty() ? layer.type() + "." + layer.line() : layer.name();
    return unique(index == 0 ? name : name + ":" + index);
  }

  private String unique(String name) {
    String free = name;
    while (!taken.add(free)) {
      free += "_";
    }
    return free;
  }

  private ModelProto model() {
    for (Map.Entry<String, Operand> blob : blobs.entrySet()) {
      boolean isMade = makers.containsKey(blob.getKey());
      if (isMade && !read.contains(blob.getKey())) {
        writer.output(blob.getValue().tensor(), blob.getValue().shape());
      }
    }
    return ConvertedModel.marked(
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("netdissect")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(GraphWriter.OPSET))
            .setGraph(writer.build())
            .build(),
        prefix);
  }

  private List<String> allNotes() {
    List<String> all = new ArrayList<>(notes);
    all.addAll(parameters.notes());
    if (!leftOut.isEmpty()) {
      int more = leftOut.size() - MOST_NAMED;
      all.add(
          "left out, because they measure, need labels or follow such a layer: "
              + String.join(", ", leftOut.subList(0, Math.min(MOST_NAMED, leftOut.size())))
              + (more > 0 ? " and " + more + " more" : ""));
    }
    return all;
  }

  private Stream<String> blobNames() {
    return Stream.concat(
        net.inputs().stream().map(CaffeNet.Input::blob),
        net.layers().stream().flatMap(l -> Stream.concat(l.bottoms().stream(), l.tops().stream())));
  }

  private String nearest(String blob) {
    return blobs.isEmpty()
        ? ""
        : "; the nearest are " + String.join(", ", NearestNames.of(blob, blobs.keySet()));
  }

  private ModelException error(CaffeLayer layer, String what) {
    return new ModelException("%s: %s: %s.".formatted(file, layer, what));
  }
}
