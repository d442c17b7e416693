package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.netdissect.base.files.ScratchFolder;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.TypedPath;

/** Weights in files beside the model. */
final class ExternalWeights {
  /** By model, where copies of its weight files lie as long as this process lives. */
  private static final Map<Path, Path> COPIES = new ConcurrentHashMap<>();

  private ExternalWeights() {}

  /**
   * Finds the weight files that tensors name. They must lie in the model's folder: a model must not
   * make us read other files.
   *
   * @return the files by the name the model uses, in the order of names
   * @throws ModelException if one lies elsewhere, is missing, or is too short for what it must hold
   */
  static Map<String, Path> check(Path file, Collection<TensorProto> tensors) throws ModelException {
    Map<String, Path> external = new TreeMap<>();
    Map<String, Long> ends = new LinkedHashMap<>();
    for (TensorProto tensor : tensors) {
      if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
        continue;
      }
      Map<String, String> entries = new HashMap<>();
      for (StringStringEntryProto entry : tensor.getExternalDataList()) {
        entries.put(entry.getKey(), entry.getValue());
      }
      String location = entries.getOrDefault("location", "");
      try {
        long offset = Long.parseLong(entries.getOrDefault("offset", "0"));
        long length = Long.parseLong(entries.getOrDefault("length", "0"));
        if (offset < 0 || length < 0) {
          throw new NumberFormatException("negative");
        }
        ends.merge(location, Math.addExact(offset, length), Math::max);
      } catch (NumberFormatException | ArithmeticException e) {
        throw new ModelException(
            "%s: the weights of %s have no valid place in %s."
                .formatted(file, tensor.getName(), location),
            e);
      }
    }
    for (Map.Entry<String, Long> end : ends.entrySet()) {
      Path weights = inside(file, end.getKey());
      try {
        if (Files.size(weights) < end.getValue()) {
          throw new ModelException(
              "%s: its weight file %s is truncated: %d bytes of at least %d."
                  .formatted(file, end.getKey(), Files.size(weights), end.getValue()));
        }
      } catch (ModelException e) {
        throw e;
      } catch (IOException e) {
        throw new ModelException(weights + ": cannot be read: " + e.getMessage(), e);
      }
      external.put(end.getKey(), weights);
    }
    return external;
  }

  /**
   * The folder that a model lies in.
   *
   * @throws ModelException if it is a file system's root, which no model is
   */
  static Path folder(Path file) throws ModelException {
    Path folder = file.toAbsolutePath().normalize().getParent();
    if (folder == null) {
      throw new ModelException(file + ": is a folder, not an ONNX file.");
    }
    return folder;
  }

  /**
   * A folder of this machine from which the runtime reads a model's weight files: that of the
   * model, or where it is on no disk of this machine, one with copies.
   */
  static Path localFolder(OnnxGraph graph) throws ModelException {
    Path folder = folder(graph.file());
    if (TypedPath.isLocal(folder)) {
      return folder;
    }
    synchronized (COPIES) {
      Path copies = COPIES.get(graph.file());
      if (copies == null) {
        copies = copied(graph);
        COPIES.put(graph.file(), copies);
      }
      return copies;
    }
  }

  private static Path copied(OnnxGraph graph) throws ModelException {
    try {
      Path copies = Files.createTempDirectory(ScratchFolder.get(), "netdissect-weights-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(copies)));
      for (Map.Entry<String, Path> weights : graph.externalFiles().entrySet()) {
        Path copy = copies.resolve(weights.getKey()).normalize();
        Files.createDirectories(folder(copy));
        Files.copy(weights.getValue(), copy, StandardCopyOption.REPLACE_EXISTING);
      }
      return copies;
    } catch (IOException e) {
      throw new ModelException(
          graph.file() + ": its weights cannot be copied to this machine: " + e.getMessage(), e);
    }
  }

  private static void remove(Path copies) {
    try {
      Trees.delete(copies);
    } catch (IOException e) {
      // The system clears the folder that they lie in.
    }
  }

  private static Path inside(Path file, String location) throws ModelException {
    String outside =
        "%s: its weight file \"%s\" is not inside the model's folder.".formatted(file, location);
    try {
      Path folder = folder(file);
      if (location.isEmpty() || Path.of(location).isAbsolute()) {
        throw new ModelException(outside);
      }
      Path weights = folder.resolve(location).normalize();
      if (!weights.startsWith(folder)) {
        throw new ModelException(outside);
      }
      if (!Files.isRegularFile(weights)) {
        throw new ModelException(
            "%s: its weight file %s is missing; keep it beside the model."
                .formatted(file, location));
      }
      if (!weights.toRealPath().startsWith(folder.toRealPath())) {
        throw new ModelException(outside);
      }
      return weights;
    } catch (ModelException e) {
      throw e;
    } catch (InvalidPathException | IOException e) {
      throw new ModelException(outside, e);
    }
  }
}
