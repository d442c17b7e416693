package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.util.Set;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.format.Mat5Reader;
import us.hebi.matlab.mat.format.Mat5Tag;
import us.hebi.matlab.mat.format.Mat5Type;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Source;

/**
 * The library's reader, held to one variable and a budget of memory: whatever a file claims is
 * looked at before memory is taken for it, and nesting has an end.
 */
final class MatlabReader extends Mat5Reader {
  private static final int DEEPEST = 12;
  private static final int MOST_DIMENSIONS = 8;

  /** Bytes of names and the like. */
  private static final int MOST_HEAD = 1 << 18;

  /** Cells of one array, or fields times elements of a struct. */
  private static final long MOST_ELEMENTS = 1 << 21;

  private final StreamSource from;
  private final String variable;
  private final Set<String> fields;
  private final MatlabLimits limits;
  private int depth;

  /**
   * A reader.
   *
   * @param variable the only one that is read
   * @param fields of that variable, a struct, that are read; all if empty
   */
  MatlabReader(Source source, String variable, Set<String> fields, MatlabLimits limits) {
    super(source);
    this.from = (StreamSource) source;
    this.variable = variable;
    this.fields = fields;
    this.limits = limits;
    setBufferAllocator(limits);
    disableSubsystemProcessing();
    setEntryFilter(
        header -> {
          boolean wanted = header.getName().equals(variable);
          if (wanted) {
            from.checkAtEnd();
          }
          return wanted;
        });
  }

  @Override
  protected Mat5Reader createChildReader(Source inflated) {
    return new MatlabReader(inflated, variable, fields, limits);
  }

  @Override
  protected Mat5Tag readTagWithExpectedType(Mat5Type expected) throws IOException {
    Mat5Tag tag = super.readTagWithExpectedType(expected);
    if (tag.getNumBytes() < 0 || (expected != Mat5Type.Matrix && tag.getNumBytes() > MOST_HEAD)) {
      throw limits.refuse("it claims more than such a file can hold");
    }
    return tag;
  }

  @Override
  protected Array readNestedArray() throws IOException {
    if (++depth > DEEPEST) {
      throw limits.refuse("it is nested deeper than " + DEEPEST + " levels");
    }
    Array array = super.readNestedArray();
    depth--;
    if (array instanceof Matrix matrix && !matrix.isComplex()) {
      limits.keep(array);
    }
    return array;
  }

  @Override
  protected Array readCell(EntryHeader header) throws IOException {
    check(header, 1);
    return super.readCell(header);
  }

  @Override
  protected Array[][] readValues(EntryHeader header, int numFields, String[] names)
      throws IOException {
    check(header, numFields);
    if (depth > 0 || fields.isEmpty()) {
      return super.readValues(header, numFields, names);
    }
    int elements = header.getNumElements();
    Array[][] values = new Array[numFields][elements];
    for (int i = 0; i < elements; i++) {
      for (int field = 0; field < numFields; field++) {
        values[field][i] = fields.contains(names[field]) ? readNestedArray() : skipped();
      }
    }
    return values;
  }

  private Array skipped() throws IOException {
    Mat5Tag tag = readTagWithExpectedType(Mat5Type.Matrix);
    source.skip((long) tag.getNumBytes() + tag.getPadding());
    return Mat5.EMPTY_MATRIX;
  }

  private void check(EntryHeader header, int times) throws IOException {
    long elements = elements(header.getDimensions());
    if (elements < 0 || elements * Math.max(1, times) > MOST_ELEMENTS) {
      throw limits.refuse("it claims more elements than such a file can hold");
    }
    limits.take(elements * Math.max(1, times) * Long.BYTES);
  }

  /** The product of dimensions; −1 where one is negative or there are too many elements. */
  static long elements(int[] dimensions) {
    long elements = 1;
    for (int dimension : dimensions) {
      elements *= dimension;
      if (dimension < 0 || elements > Integer.MAX_VALUE) {
        return -1;
      }
    }
    return dimensions.length > MOST_DIMENSIONS ? -1 : elements;
  }
}
