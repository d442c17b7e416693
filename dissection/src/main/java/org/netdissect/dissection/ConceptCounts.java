package org.netdissect.dissection;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Of one layer, per unit its activation A for each category and its intersection I with every
 * concept it meets. With the concepts' truths these give every IoU. Safe for concurrent reading.
 */
public final class ConceptCounts implements Closeable {
  static final String MAGIC = "NDCOUNT1";

  private final SectionFile file;
  private final int categories;

  private ConceptCounts(SectionFile file, int categories) {
    this.file = file;
    this.categories = categories;
  }

  /** Opens the file that a result records. */
  static ConceptCounts open(Path path, int units, int categories, FileCheck expected)
      throws IOException {
    return new ConceptCounts(SectionFile.open(path, MAGIC, units, expected), categories);
  }

  /**
   * The counts of one unit.
   *
   * @param activation A by selected category
   * @param number of each concept met, ascending
   * @param intersection I with it, above 0
   */
  public record OfUnit(long[] activation, int[] number, long[] intersection) {}

  /**
   * Reads a unit.
   *
   * @throws DissectionException if the file is damaged
   */
  public OfUnit read(int unit) throws IOException {
    ByteBuffer in = file.read(unit);
    try {
      long[] activation = new long[categories];
      for (int c = 0; c < categories; c++) {
        activation[c] = Bytes.getVarint(in);
      }
      int count = Bytes.getVarint(in, in.remaining());
      int[] number = new int[count];
      long[] intersection = new long[count];
      int last = 0;
      for (int i = 0; i < count; i++) {
        last += Bytes.getVarint(in, Integer.MAX_VALUE - last);
        number[i] = last;
        intersection[i] = Bytes.getVarint(in);
      }
      return new OfUnit(activation, number, intersection);
    } catch (BufferUnderflowException | IllegalStateException e) {
      throw file.malformed(unit, e);
    }
  }

  /** Encodes the unit that the scorer summed last. */
  static void encode(Scorer scorer, int categories, int numbers, Bytes out) {
    for (int c = 0; c < categories; c++) {
      out.putVarint(scorer.activation(c));
    }
    int count = 0;
    for (int number = 1; number < numbers; number++) {
      count += scorer.intersection(number) > 0 ? 1 : 0;
    }
    out.putVarint(count);
    int last = 0;
    for (int number = 1; number < numbers; number++) {
      if (scorer.intersection(number) > 0) {
        out.putVarint(number - last);
        out.putVarint(scorer.intersection(number));
        last = number;
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
