package org.netdissect.networks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a file that should be a model is, told by its first bytes and, where they do not tell, by
 * its name: so that a file of another kind is refused by that kind, with what to do.
 */
public enum FileKind {
  CAFFE_TEXT(
      "is the text of a Caffe net; give its weights too (--weights NET.caffemodel), or make an ONNX"
          + " file of both with netdissect convert-model"),
  CAFFE_WEIGHTS(
      "holds the weights of a Caffe net; give the net's text (deploy.prototxt) as the model, and"
          + " this file with --weights"),
  HDF5(
      "is an HDF5 file, as Keras and Caffe write them; export a Keras model with tf2onnx, save"
          + " Caffe's weights as a binary .caffemodel"),
  KERAS("is a Keras model; export it to ONNX with tf2onnx or model.export(…, format=\"onnx\")"),
  PYTORCH("is a PyTorch file; export the model to ONNX with torch.onnx.export"),
  SAFETENSORS(
      "holds weights only (safetensors), not the network; load them into the model and export that"
          + " to ONNX, for example with torch.onnx.export or optimum"),
  TENSORFLOW("is a TensorFlow model; export it to ONNX with tf2onnx"),
  TENSORFLOW_LITE("is a TensorFlow Lite model; export it to ONNX with tf2onnx --tflite"),
  GGUF("is a GGUF file, which no vision network for ONNX comes in; export the model to ONNX"),
  OPENVINO("is OpenVINO's description of a model; export the original model to ONNX"),
  NUMPY("is a NumPy file, no model; recorded maps go in with --activations"),
  GIT_LFS("is a Git LFS pointer: fetch the real file with git lfs pull"),
  HTML("is a web page, probably a failed download; fetch the file again"),
  GZIP("is compressed with gzip; unpack it first"),
  TEXT("is a text file"),
  EMPTY("the file is empty"),
  FOLDER("is a folder, not a file"),
  PIPE("is a pipe or a device; give a regular file, for example a copy of it"),
  /** An ONNX model, or anything else in binary. */
  OTHER("");

  private static final int HEAD = 4096;

  /** How a layer begins in the text of a net. */
  private static final Pattern LAYER = Pattern.compile("\\blayers?\\s*:?\\s*[{<]");

  private final String hint;

  FileKind(String hint) {
    this.hint = hint;
  }

  /** What the file is and what to do, as the rest of a sentence that begins with its name. */
  public String hint() {
    return hint;
  }

  /** Whether people read it: a net's text or any other text. */
  public boolean isText() {
    return this == CAFFE_TEXT || this == TEXT;
  }

  /**
   * Looks at a file's first bytes.
   *
   * @throws IOException if it cannot be read
   */
  public static FileKind of(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      return Files.exists(file.resolve("saved_model.pb")) ? TENSORFLOW : FOLDER;
    }
    // A pipe would be waited for, a device has no end.
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return PIPE;
    }
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD);
    }
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (head.length == 0) {
      return EMPTY;
    }
    FileKind kind = byMagic(head, name);
    if (kind != null) {
      return kind;
    }
    if (isText(head)) {
      return text(head, name);
    }
    if (name.endsWith(".caffemodel") || looksLikeCaffe(head)) {
      return CAFFE_WEIGHTS;
    }
    return name.endsWith(".pb") && !looksLikeOnnx(head) ? TENSORFLOW : OTHER;
  }

  private static @Nullable FileKind byMagic(byte[] head, String name) {
    String latin = new String(head, StandardCharsets.ISO_8859_1);
    if (latin.startsWith("\u0089HDF\r\n\u001a\n")) {
      return HDF5;
    }
    if (latin.startsWith("PK\u0003\u0004")) {
      if (name.endsWith(".npz")) {
        return NUMPY;
      }
      boolean isKeras = name.endsWith(".keras") || latin.contains("metadata.json");
      return isKeras ? KERAS : PYTORCH;
    }
    if (latin.startsWith("\u0093NUMPY")) {
      return NUMPY;
    }
    if (latin.length() > 8 && latin.startsWith("TFL3", 4)) {
      return TENSORFLOW_LITE;
    }
    if (latin.startsWith("GGUF")) {
      return GGUF;
    }
    if (latin.startsWith("\u001f\u008b")) {
      return GZIP;
    }
    if (head.length > 2 && head[0] == (byte) 0x80 && head[1] >= 2 && head[1] <= 5) {
      return PYTORCH;
    }
    if (head.length > 9) {
      long json = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (json > 1 && json < 1 << 28 && head[8] == '{') {
        return SAFETENSORS;
      }
    }
    return null;
  }

  private static boolean isText(byte[] head) {
    for (byte b : head) {
      if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != 11) {
        return false;
      }
    }
    return true;
  }

  private static FileKind text(byte[] head, String name) {
    String text = new String(head, StandardCharsets.UTF_8);
    String low = text.stripLeading().toLowerCase(Locale.ROOT);
    if (low.startsWith("version https://git-lfs")) {
      return GIT_LFS;
    }
    if (low.startsWith("<!doctype html") || low.startsWith("<html")) {
      return HTML;
    }
    if (low.startsWith("<?xml") || low.startsWith("<net ")) {
      return OPENVINO;
    }
    boolean isNet = name.endsWith(".prototxt") || LAYER.matcher(text).find();
    return isNet ? CAFFE_TEXT : TEXT;
  }

  /** A net's message: its name, then another of its fields. */
  private static boolean looksLikeCaffe(byte[] head) {
    int at = 0;
    if (head[0] == 0x0A && head.length > 2 && head[1] >= 0) {
      at = 2 + head[1];
      for (int i = 2; i < Math.min(at, head.length); i++) {
        if (head[i] >= 0 && head[i] < ' ') {
          return false;
        }
      }
    }
    if (at + 1 >= head.length) {
      return false;
    }
    boolean isLayer = (head[at] & 0xff) == 0xA2 && head[at + 1] == 0x06;
    return isLayer || (at > 0 && (head[at] == 0x12 || head[at] == 0x1A));
  }

  private static boolean looksLikeOnnx(byte[] head) {
    return head[0] == 0x08 && head.length > 1 && head[1] > 1;
  }
}
