package org.netdissect.networks.caffe;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.ConvertedModel;
import org.netdissect.networks.FileKind;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;

/**
 * A network of Caffe as ONNX: the text of a net, of any of the three generations, and the weights
 * that belong to it, in phase TEST.
 *
 * <p>Tensors are called as Caffe's blobs and hold their value after the last layer that changes
 * them in place, which is what {@code net.blobs[…]} gives after a forward pass, and what the
 * original program dissected. Immutable.
 */
public final class CaffeModel {
  private final ConvertedModel model;
  private final @Nullable InputSize size;
  private final List<String> notes;

  private CaffeModel(ConvertedModel model, @Nullable InputSize size, List<String> notes) {
    this.model = model;
    this.size = size;
    this.notes = List.copyOf(notes);
  }

  /** Whether a file is to be read with {@link #read}: it is the text of a net. */
  public static boolean isText(Path file) {
    if (String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".prototxt")) {
      return true;
    }
    try {
      return Files.isRegularFile(file) && FileKind.of(file) == FileKind.CAFFE_TEXT;
    } catch (IOException e) {
      // Whoever opens it says why it cannot be read.
      return false;
    }
  }

  /**
   * Reads a net and translates it.
   *
   * @param prototxt the text of the net: {@code deploy.prototxt} or a training file
   * @param caffemodel its weights in binary; null to see layers and receptive fields only
   * @param size height and width of the image, which replace those of the text; null to keep them
   * @throws ModelException with one clear line: a file that is something else, malformed or
   *     truncated, a layer that is not known or whose weights do not fit, sizes beyond all bounds
   */
  public static CaffeModel read(Path prototxt, @Nullable Path caffemodel, @Nullable InputSize size)
      throws ModelException {
    checkText(prototxt, caffemodel);
    WeightFile weights = null;
    if (caffemodel != null) {
      checkWeights(prototxt, caffemodel);
      weights = WeightFile.read(caffemodel);
    }
    CaffeNet net = NetReader.read(prototxt);
    Translation.Result result = Translation.of(prototxt, net, caffemodel, weights, size);
    List<String> notes = new ArrayList<>(result.notes());
    if (weights != null && weights.layers().isEmpty()) {
      notes.add(caffemodel + " holds no weights");
    }
    return new CaffeModel(new ConvertedModel(result.model(), prototxt, caffemodel), size, notes);
  }

  /**
   * What a person should know: layers left out, weights made up by fillers, and the like. One line
   * each; mostly none.
   */
  public List<String> notes() {
    return notes;
  }

  ModelProto onnx() {
    return model.model();
  }

  /**
   * The network, ready to be dissected. Without weights it knows its layers, but cannot run.
   *
   * @throws ModelException if it has not exactly one image as input, or no layer with height and
   *     width
   */
  public Network open() throws IOException {
    return Network.open(model, size);
  }

  /**
   * Writes an ONNX file, which holds the names and SHA-256 of both files it came from.
   *
   * @throws ModelException if weights are missing
   */
  public void write(Path onnx) throws IOException {
    model.write(onnx);
  }

  private static void checkText(Path prototxt, @Nullable Path caffemodel) throws ModelException {
    FileKind kind = kind(prototxt);
    if (kind.isText()) {
      return;
    }
    boolean isSwapped = caffemodel != null && Files.exists(caffemodel) && kind(caffemodel).isText();
    if (isSwapped) {
      throw new ModelException(
          "%s holds weights and %s the text of the net: give them the other way round."
              .formatted(prototxt, caffemodel));
    }
    throw new ModelException(
        "%s: a Caffe net's text (deploy.prototxt) is wanted, %s."
            .formatted(prototxt, but(kind, "but the file is in binary")));
  }

  private static void checkWeights(Path prototxt, Path caffemodel) throws ModelException {
    FileKind kind = kind(caffemodel);
    if (kind == FileKind.CAFFE_WEIGHTS || kind == FileKind.OTHER) {
      return;
    }
    if (kind == FileKind.CAFFE_TEXT) {
      throw new ModelException(
          "%s is the text of a net; the weights of %s are wanted (a .caffemodel)."
              .formatted(caffemodel, prototxt));
    }
    throw new ModelException(
        "%s: Caffe weights (a binary .caffemodel) are wanted, %s."
            .formatted(caffemodel, but(kind, "")));
  }

  private static String but(FileKind kind, String otherwise) {
    return kind.hint().isEmpty()
        ? otherwise
        : kind == FileKind.EMPTY ? "but " + kind.hint() : "but this " + kind.hint();
  }

  private static FileKind kind(Path file) throws ModelException {
    try {
      return FileKind.of(file);
    } catch (NoSuchFileException e) {
      throw new ModelException(file + ": no such file.", e);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
