package org.netdissect.networks.caffe;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.caffe.CaffeLayer.Share;

/**
 * Finds the parameter blobs of each layer as Caffe does: by the layer's name, shared through the
 * names of parameters, or made by a filler that needs no random numbers.
 */
final class Parameters {
  private static final int MOST_NAMED = 5;

  /**
   * A blob that a layer wants.
   *
   * @param filler what the text says to fill it with; an empty message where it says nothing
   * @param otherwise the constant that Caffe takes where the text says nothing, or null where a
   *     layer filled so would be of no use
   */
  record Wanted(long[] dims, Message filler, @Nullable Double otherwise) {}

  private final Path text;
  private final @Nullable Path file;
  private final @Nullable WeightFile weights;
  private final Map<String, Blob> shared = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> filled = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * @param text the net's file
   * @param file the weights' file; null, as {@code weights}, for a net without
   */
  Parameters(Path text, CaffeNet net, @Nullable Path file, @Nullable WeightFile weights) {
    this.text = text;
    this.file = file;
    this.weights = weights;
    if (weights == null) {
      return;
    }
    Map<String, CaffeLayer> byName = new HashMap<>();
    net.layers().forEach(l -> byName.putIfAbsent(l.name(), l));
    // Layers that share a blob hold one copy: the one that is copied last remains.
    for (Map.Entry<String, List<Blob>> stored : weights.layers().entrySet()) {
      CaffeLayer layer = byName.get(stored.getKey());
      if (layer == null) {
        continue;
      }
      int blobs = Math.min(layer.shares().size(), stored.getValue().size());
      for (int i = 0; i < blobs; i++) {
        if (!layer.shares().get(i).name().isEmpty()) {
          shared.put(layer.shares().get(i).name(), stored.getValue().get(i));
        }
      }
    }
  }

  boolean areAbsent() {
    return weights == null;
  }

  private String fileName() {
    return file == null ? "no file" : String.valueOf(file.getFileName());
  }

  /** What is worth saying about the weights. */
  List<String> notes() {
    List<String> all = new ArrayList<>(notes);
    if (!filled.isEmpty()) {
      all.add(
          "not in %s, filled with the constants of their fillers as Caffe does: %s"
              .formatted(fileName(), listed(filled)));
    }
    List<String> repeated = weights == null ? List.of() : weights.repeated();
    if (!repeated.isEmpty()) {
      all.add(
          "%s holds these layers more than once, the last counts: %s"
              .formatted(fileName(), listed(repeated)));
    }
    return all;
  }

  /**
   * The blobs of a layer.
   *
   * @throws ModelException if their number or dimensions are not those wanted
   */
  List<Blob> of(CaffeLayer layer, List<Wanted> wanted) throws ModelException {
    if (!taken.add(layer.name())) {
      throw new ModelException(
          "%s: two layers with weights are called %s; give each its own name."
              .formatted(text, layer.name()));
    }
    for (Wanted one : wanted) {
      if (Blob.product(one.dims()) < 0) {
        throw new ModelException(
            "%s: %s: its weights of %s are too large."
                .formatted(text, layer, Blob.text(one.dims())));
      }
    }
    if (weights == null) {
      return wanted.stream().map(w -> new Blob(w.dims(), false, ByteString.EMPTY)).toList();
    }
    List<Blob> own = weights.layers().get(layer.name());
    if (own != null && own.size() != wanted.size()) {
      throw new ModelException(
          "%s: layer %s has %d blobs of weights, where %s wants %d; the two files do not belong together."
              .formatted(file, layer.name(), own.size(), text, wanted.size()));
    }
    List<Blob> found = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      found.add(one(layer, i, own, wanted.get(i)));
    }
    if (found.contains(null)) {
      missing.add(layer.name());
      return wanted.stream().map(w -> new Blob(w.dims(), false, ByteString.EMPTY)).toList();
    }
    if (own == null && found.stream().noneMatch(shared.values()::contains)) {
      filled.add(layer.name());
    }
    return found;
  }

  /**
   * To be called after the last layer.
   *
   * @throws ModelException if weights are missing
   */
  void checkComplete() throws ModelException {
    if (!missing.isEmpty()) {
      throw new ModelException(
          "%s: holds no weights for %s %s of %s; the two files do not belong together, or the file is incomplete."
              .formatted(
                  file, missing.size() == 1 ? "the layer" : "the layers", listed(missing), text));
    }
  }

  /** The blob of that place; null where nothing holds it and no filler makes it. */
  private @Nullable Blob one(CaffeLayer layer, int index, @Nullable List<Blob> own, Wanted wanted)
      throws ModelException {
    Share share = index < layer.shares().size() ? layer.shares().get(index) : new Share("", false);
    Blob blob = own == null ? null : own.get(index);
    if (blob != null) {
      checkFits(layer, index, blob, wanted);
    }
    Blob common = shared.get(share.name());
    if (common != null) {
      boolean fits =
          share.permissive()
              ? common.count() == Blob.product(wanted.dims())
              : common.fits(wanted.dims());
      if (!fits) {
        throw new ModelException(
            "%s: %s: the parameter \"%s\" that it shares has another shape."
                .formatted(text, layer, share.name()));
      }
      blob = common;
    }
    if (blob == null) {
      return Fillers.filled(wanted);
    }
    checkFinite(layer, blob);
    return blob;
  }

  private void checkFits(CaffeLayer layer, int index, Blob blob, Wanted wanted)
      throws ModelException {
    if (blob.fits(wanted.dims())) {
      return;
    }
    long declared = Blob.product(blob.dims());
    if (blob.dims().length > 0 && declared != blob.count()) {
      throw new ModelException(
          "%s: layer %s: blob %d is said to be %s, but holds %d values; the file is damaged."
              .formatted(file, layer.name(), index, Blob.text(blob.dims()), blob.count()));
    }
    throw new ModelException(
        "%s: layer %s: blob %d is %s, where %s wants %s; the two files do not belong together."
            .formatted(
                file,
                layer.name(),
                index,
                blob.dims().length == 0 ? blob.count() + " values" : Blob.text(blob.dims()),
                text,
                Blob.text(wanted.dims())));
  }

  private void checkFinite(CaffeLayer layer, Blob blob) {
    FloatBuffer values = floats(blob);
    int odd = 0;
    for (int i = 0; i < values.limit(); i++) {
      if (!Float.isFinite(values.get(i))) {
        odd++;
      }
    }
    if (odd > 0) {
      notes.add(
          "%d of the %d weights of %s are infinite or not a number"
              .formatted(odd, values.limit(), layer.name()));
    }
  }

  private static FloatBuffer floats(Blob blob) {
    ByteBuffer bytes = blob.values().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return bytes.asFloatBuffer();
  }

  /** The values of a small blob; zeros for a net without weights. */
  static float[] values(Blob blob) {
    float[] values = new float[Math.toIntExact(Blob.product(blob.dims()))];
    if (!blob.values().isEmpty()) {
      FloatBuffer floats = floats(blob);
      values = new float[floats.remaining()];
      floats.get(values);
    }
    return values;
  }

  private static String listed(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())))
        + (names.size() > MOST_NAMED ? " and " + (names.size() - MOST_NAMED) + " more" : "");
  }

  /** What fillers make of blobs that no file holds. */
  private static final class Fillers {
    private Fillers() {}

    /** Null where it would need random numbers, or would make the layer useless. */
    static @Nullable Blob filled(Wanted wanted) {
      boolean isSaid = !wanted.filler().names().isEmpty();
      String type = isSaid ? wanted.filler().text("type", "constant") : "constant";
      Double otherwise = wanted.otherwise();
      if (!isSaid && otherwise == null) {
        return null;
      }
      float[] values = new float[Math.toIntExact(Blob.product(wanted.dims()))];
      switch (type) {
        case "constant" -> {
          double value = isSaid || otherwise == null ? wanted.filler().real("value", 0) : otherwise;
          Arrays.fill(values, (float) value);
        }
        case "bilinear" -> {
          if (wanted.dims().length != 4 || wanted.dims()[2] != wanted.dims()[3]) {
            return null;
          }
          bilinear(values, Math.toIntExact(wanted.dims()[3]));
        }
        default -> {
          return null;
        }
      }
      return new Blob(wanted.dims(), false, GraphWriter.floats(values));
    }

    /** The kernel of bilinear interpolation, as Caffe fills it for deconvolutions. */
    private static void bilinear(float[] values, int side) {
      int factor = (side + 1) / 2;
      double centre = (2 * factor - 1 - factor % 2) / (2.0 * factor);
      for (int i = 0; i < values.length; i++) {
        double x = i % side;
        double y = i / side % side;
        values[i] =
            (float) ((1 - Math.abs(x / factor - centre)) * (1 - Math.abs(y / factor - centre)));
      }
    }
  }
}
