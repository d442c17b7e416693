package org.netdissect.dissection.activations.basis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.Json;
import org.netdissect.base.files.NpyWriter;
import org.netdissect.base.files.Seal;
import org.netdissect.base.files.WholeFile;
import org.netdissect.results.DissectionException;
import org.netdissect.results.FitInfo;
import tools.jackson.core.JacksonException;

/**
 * Directions fitted to a layer: the matrix F.npy, F.bias.npy where something is to be added, and
 * F.json, which tells what they were made of.
 *
 * @param rows directions × channels
 * @param bias added to each; null for nothing
 */
public record Fitted(double[][] rows, double @Nullable [] bias, FitInfo info) {
  private static final String ENDING = ".npy";
  private static final long MOST_BYTES = 1 << 20;

  /**
   * Writes the files, each whole or not at all, what tells of the others last.
   *
   * @param file F.npy
   */
  public void write(Path file) throws IOException {
    Files.deleteIfExists(beside(file, ".json"));
    WholeFile.write(file, next -> NpyWriter.write(next, rows));
    if (bias == null) {
      Files.deleteIfExists(biasFile(file));
    } else {
      WholeFile.write(biasFile(file), next -> NpyWriter.write(next, bias));
    }
    WholeFile.text(beside(file, ".json"), Seal.seal(Json.pretty(info)));
  }

  /** How {@code --basis} is told of it. */
  public String spec(Path file) {
    return "matrix:"
        + file
        + (bias == null ? "" : ";bias=" + biasFile(file))
        + (info.relu() == null ? "" : ";relu")
        + (info.topk() == null ? "" : ";topk=" + info.topk());
  }

  private static Path biasFile(Path file) {
    return beside(file, ".bias" + ENDING);
  }

  private static Path beside(Path file, String ending) {
    String name = String.valueOf(file.getFileName());
    String stem = name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
    return file.resolveSibling(stem + ending);
  }

  /** SHA-256 of numbers as little-endian float64. */
  static String digest(double[] values) {
    MessageDigest sha = Digests.sha256();
    ByteBuffer one = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      one.clear();
      one.putDouble(value);
      sha.update(one.array());
    }
    return Digests.hex(sha.digest());
  }

  /** The digest of a matrix by rows. */
  static String digest(double[][] rows) {
    double[] all = new double[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, all, i * rows[0].length, rows[0].length);
    }
    return digest(all);
  }

  /**
   * What a matrix was made of, by the file beside it.
   *
   * @param file of the matrix
   * @param digest of its numbers
   * @param biasDigest of what is added to them; null for nothing
   * @return null if there is none
   * @throws DissectionException if it tells of other numbers
   */
  static @Nullable FitInfo origin(Path file, String digest, @Nullable String biasDigest)
      throws IOException {
    Path beside = beside(file, ".json");
    FitInfo info = read(beside);
    if (info == null) {
      return null;
    }
    boolean same =
        digest.equals(info.matrix()) && (biasDigest == null || biasDigest.equals(info.bias()));
    if (!same) {
      throw new DissectionException(
          beside
              + " tells of other numbers than "
              + (digest.equals(info.matrix()) ? "the bias holds" : file + " holds")
              + "; fit again, or delete it if it is of no account");
    }
    return info;
  }

  /** Null for files that are not ours. */
  private static @Nullable FitInfo read(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
      return null;
    }
    String json = Seal.open(Files.readAllBytes(file));
    if (json == null) {
      return null;
    }
    FitInfo info;
    try {
      info = Json.mapper().readValue(json, FitInfo.class);
    } catch (JacksonException e) {
      return null;
    }
    if (info.kind() == null || info.matrix() == null) {
      return null;
    }
    if (info.format() != FitInfo.FORMAT) {
      throw new DissectionException(
          file
              + ": format "
              + info.format()
              + "; this version reads "
              + FitInfo.FORMAT
              + ": update netdissect, or fit again");
    }
    return info;
  }
}
