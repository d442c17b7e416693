package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;

/**
 * An ONNX file, read but not looked into. Weights stay in the mapped file: they are on the heap
 * only where the file holds them in typed fields instead of raw bytes.
 */
record ModelFile(Path file, ByteBuffer bytes, ModelProto model) {
  /**
   * Reads an ONNX file.
   *
   * @throws ModelException if it is no regular file, cannot be read, is no ONNX model or truncated
   */
  static ModelFile read(Path file) throws ModelException {
    ByteBuffer bytes;
    try {
      if (Files.isDirectory(file)) {
        throw FileKind.of(file) == FileKind.FOLDER
            ? new ModelException(file + ": is a folder, not an ONNX file.")
            : noOnnx(file, "", null);
      }
      // A pipe would be waited for, a device has no end.
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new ModelException(
            file + ": is a pipe or a device; give a regular file, for example a copy of it.");
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        long size = channel.size();
        if (size == 0) {
          throw new ModelException(file + ": the file is empty.");
        }
        if (size > Integer.MAX_VALUE) {
          throw noOnnx(
              file, "larger than 2 GB; ONNX keeps such weights in files beside the model", null);
        }
        bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      }
    } catch (NoSuchFileException e) {
      throw new ModelException(file + ": no such file.", e);
    } catch (ModelException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
    ModelProto model;
    try {
      // A wrapped buffer counts as immutable, so that weights stay views of the mapped file.
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes.duplicate()).newCodedInput();
      in.enableAliasing(true);
      model = ModelProto.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      throw noOnnx(file, "is no ONNX model, or is truncated", e);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (!model.hasGraph() || model.getGraph().getNodeCount() == 0) {
      throw noOnnx(file, "is no ONNX model: it holds no graph", null);
    }
    return new ModelFile(file, bytes, model);
  }

  /** A model that was made of other files, under the one that describes it. */
  static ModelFile of(ConvertedModel converted) throws ModelException {
    Path file = converted.file();
    try {
      return new ModelFile(file, ByteBuffer.wrap(Files.readAllBytes(file)), converted.model());
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Says what the file is instead, where that can be told. */
  private static ModelException noOnnx(Path file, String otherwise, @Nullable IOException cause) {
    FileKind kind;
    try {
      kind = FileKind.of(file);
    } catch (IOException e) {
      kind = FileKind.OTHER;
    }
    boolean isTold = kind != FileKind.OTHER && kind != FileKind.TEXT && kind != FileKind.EMPTY;
    return new ModelException(
        file + ": " + (isTold ? "is no ONNX model: it " + kind.hint() : otherwise) + ".", cause);
  }

  /** SHA-256 of the whole file, in hexadecimal; half a second for 200 MB. */
  String sha256() {
    return Digests.sha256Hex(bytes.duplicate());
  }
}
