package org.netdissect.results;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;

/**
 * Of one layer, per unit its activation A for each category and its intersection I with every
 * concept it meets. With the concepts' truths these give every IoU. Safe for concurrent reading.
 */
public final class ConceptCounts implements Closeable {
  public static final FileKind KIND = new FileKind("NDCOUNT", 1);

  private final SectionFile file;
  private final int categories;
  private final Set<Integer> known = new HashSet<>();

  private ConceptCounts(SectionFile file, int categories, List<ConceptInfo> concepts) {
    this.file = file;
    this.categories = categories;
    concepts.forEach(concept -> known.add(concept.number()));
  }

  /**
   * Opens the file that a result records.
   *
   * @param concepts of the result; the file can hold no others
   */
  public static ConceptCounts open(
      Path path,
      int units,
      int categories,
      List<ConceptInfo> concepts,
      @Nullable FileCheck expected)
      throws IOException {
    return new ConceptCounts(SectionFile.open(path, KIND, units, expected), categories, concepts);
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
        activation[c] = count(in);
      }
      int count = Bytes.getVarint(in, in.remaining());
      int[] number = new int[count];
      long[] intersection = new long[count];
      int last = 0;
      for (int i = 0; i < count; i++) {
        last += Bytes.getVarint(in, Integer.MAX_VALUE - last);
        if (!known.contains(last)) {
          throw new IllegalStateException("concept " + last + " is unknown");
        }
        number[i] = last;
        intersection[i] = count(in);
      }
      return new OfUnit(activation, number, intersection);
    } catch (BufferUnderflowException | IllegalStateException e) {
      throw file.malformed(unit, e);
    }
  }

  private static long count(ByteBuffer in) {
    long count = Bytes.getVarint(in);
    if (count < 0 || count > Rows.LARGEST_COUNT) {
      throw new IllegalStateException("number " + count + " out of range");
    }
    return count;
  }

  /**
   * Encodes a unit.
   *
   * @param activation A of the unit, by category
   * @param intersection I of the unit with each concept, by number
   */
  public static void encode(long[] activation, long[] intersection, Bytes out) {
    for (long pixels : activation) {
      out.putVarint(pixels);
    }
    int count = 0;
    for (int number = 1; number < intersection.length; number++) {
      count += intersection[number] > 0 ? 1 : 0;
    }
    out.putVarint(count);
    int last = 0;
    for (int number = 1; number < intersection.length; number++) {
      if (intersection[number] > 0) {
        out.putVarint(number - last);
        out.putVarint(intersection[number]);
        last = number;
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
