package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
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
        throw new ModelException(file + ": is a folder, not an ONNX file.");
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
          throw new ModelException(
              file + ": larger than 2 GB; ONNX keeps such weights in files beside the model.");
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
      throw new ModelException(
          file + ": is no ONNX model, or is truncated" + pointerHint(bytes) + ".", e);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (!model.hasGraph() || model.getGraph().getNodeCount() == 0) {
      throw new ModelException(
          file + ": is no ONNX model: it holds no graph" + pointerHint(bytes) + ".");
    }
    return new ModelFile(file, bytes, model);
  }

  private static String pointerHint(ByteBuffer bytes) {
    byte[] start = new byte[Math.min(24, bytes.capacity())];
    bytes.get(0, start);
    return ByteString.copyFrom(start).toStringUtf8().startsWith("version https://git-lfs")
        ? " (it is a Git LFS pointer: fetch the real file with git lfs pull)"
        : "";
  }

  /** SHA-256 of the whole file, in hexadecimal; half a second for 200 MB. */
  String sha256() {
    return Digests.sha256Hex(bytes.duplicate());
  }
}
