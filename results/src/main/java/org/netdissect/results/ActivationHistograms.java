package org.netdissect.results;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.values.ValueHistograms;

/**
 * Of one layer, how each unit's activation values are spread over all images. Safe for concurrent
 * reading.
 */
public final class ActivationHistograms implements Closeable {
  private final SectionFile file;
  private final long values;

  private ActivationHistograms(SectionFile file, long values) {
    this.file = file;
    this.values = values;
  }

  /**
   * Opens the file that a result records.
   *
   * @param values of each unit
   */
  static ActivationHistograms open(Path path, int units, long values, @Nullable FileCheck expected)
      throws IOException {
    return new ActivationHistograms(
        SectionFile.open(path, ValueHistograms.KIND, units, expected), values);
  }

  /**
   * Reads a unit's histogram, bin by bin in ascending order of value.
   *
   * @throws DissectionException if the file is damaged
   */
  public void read(int unit, Visitor visitor) throws IOException {
    ValueHistograms histogram = new ValueHistograms(1);
    try {
      histogram.decode(0, file.read(unit));
      if (histogram.counted(0) != values) {
        throw new IllegalStateException(histogram.counted(0) + " values instead of " + values);
      }
    } catch (BufferUnderflowException | IllegalStateException e) {
      throw file.malformed(unit, e);
    }
    for (int bin = 0; bin < 1 << 16; bin++) {
      long count = histogram.count(0, bin);
      if (bin == ValueHistograms.ZERO_BIN && histogram.zeros(0) > 0) {
        visitor.bin(0, 0, histogram.zeros(0));
        count -= histogram.zeros(0);
      }
      if (count > 0) {
        float edge = ValueHistograms.lowerEdge(bin);
        float next = ValueHistograms.lowerEdge(bin + 1);
        visitor.bin(edge, Float.isFinite(next) ? next : edge, count);
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Takes the bins of a histogram. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes one bin that is not empty.
     *
     * @param from lower end; the bins are 1/128 of a power of two wide
     * @param to upper end; equal to {@code from} for the zeros, which have a bin of their own
     * @param count values in it
     */
    void bin(float from, float to, long count);
  }
}
