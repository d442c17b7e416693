package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.files.WholeFile;

/**
 * An ONNX model that was made of files of another format. What is recorded of it are those files.
 *
 * @param model the model; tensors that nobody should dissect are marked, see {@link #marked}
 * @param file the file that describes the network
 * @param weights the file of its weights; null for a network that cannot run
 */
public record ConvertedModel(ModelProto model, Path file, @Nullable Path weights) {
  private static final String INNER = "netdissect.inner-prefix";

  /**
   * The model with a mark: tensors whose names begin so are steps inside a layer of the original,
   * and all others are called as there, so that a name means exactly its tensor.
   */
  public static ModelProto marked(ModelProto model, String innerPrefix) {
    return model.toBuilder().addMetadataProps(entry(INNER, innerPrefix)).build();
  }

  /** The prefix that a model is marked with, or null. */
  static @Nullable String innerPrefix(ModelProto model) {
    return model.getMetadataPropsList().stream()
        .filter(e -> e.getKey().equals(INNER) && !e.getValue().isEmpty())
        .map(StringStringEntryProto::getValue)
        .findFirst()
        .orElse(null);
  }

  Map<String, Path> weightFiles() {
    Map<String, Path> files = new TreeMap<>();
    if (weights != null) {
      files.put(String.valueOf(weights.getFileName()), weights);
    }
    return files;
  }

  /**
   * Writes the model as an ONNX file with the names and SHA-256 of the files it was made of. The
   * file is there whole or not at all.
   *
   * @throws ModelException if there are no weights
   */
  public void write(Path onnx) throws IOException {
    if (weights == null) {
      throw new ModelException(file + ": without weights there is nothing to write.");
    }
    ModelProto.Builder told = model.toBuilder();
    told.addMetadataProps(entry("netdissect.source", String.valueOf(file.getFileName())));
    told.addMetadataProps(entry("netdissect.source.sha256", Digests.sha256Hex(file)));
    told.addMetadataProps(entry("netdissect.weights", String.valueOf(weights.getFileName())));
    told.addMetadataProps(entry("netdissect.weights.sha256", Digests.sha256Hex(weights)));
    ModelProto whole = told.build();
    if (whole.getSerializedSize() < 0) {
      throw new ModelException(file + ": larger than 2 GB as ONNX, which is more than it holds.");
    }
    WholeFile.write(
        onnx,
        next -> {
          try (OutputStream out = Files.newOutputStream(next)) {
            whole.writeTo(out);
          }
        });
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
