package org.netdissect.datasets.broden.build;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.netdissect.base.Text;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.UnreadableImageException;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Char;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Struct;

/**
 * A value of a MATLAB file of version 5 to 7 (compressed or not, of either byte order). All that is
 * wrong with it is an {@link UnreadableImageException} that names the file.
 */
final class MatlabValue {
  private static final int HEADER = 128;
  private static final int MATRIX = 14;
  private static final int COMPRESSED = 15;

  private final String file;
  private final String path;
  private final Array array;
  private final MatlabLimits limits;

  private MatlabValue(String file, String path, Array array, MatlabLimits limits) {
    this.file = file;
    this.path = path;
    this.array = array;
    this.limits = limits;
  }

  /**
   * Reads one variable of a file.
   *
   * @param fields of the variable, a struct, that are read, the others being passed over; all if
   *     empty
   * @param mostBytes that its numbers and texts may take in memory
   */
  static MatlabValue read(Path file, String variable, Set<String> fields, long mostBytes)
      throws UnreadableImageException {
    String name = Text.oneLine(file.toString());
    byte[] bytes = Photographs.bytes(file);
    checkFrame(bytes, name);
    try {
      MatlabLimits limits = new MatlabLimits(mostBytes);
      StreamSource source = new StreamSource(new ByteArrayInputStream(bytes), limits);
      Array array = new MatlabReader(source, variable, fields, limits).readMat().getArray(variable);
      return new MatlabValue(name, variable, array, limits);
    } catch (IllegalArgumentException e) {
      throw new UnreadableImageException(name + ": it has no variable " + variable, e);
    } catch (IOException | RuntimeException e) {
      throw new UnreadableImageException(
          name + " is damaged: " + reason(e) + "; fetch it again", e);
    } catch (OutOfMemoryError e) {
      throw new UnreadableImageException(
          name + ": not enough memory for it; give Java more with -Xmx", e);
    }
  }

  /** What the innermost failure says. */
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? "it ends too early" : Text.oneLine(message);
  }

  /** The header, and that the variables fill the file. */
  private static void checkFrame(byte[] bytes, String name) throws UnreadableImageException {
    String head = new String(bytes, 0, Math.min(bytes.length, HEADER), StandardCharsets.ISO_8859_1);
    if (head.startsWith("MATLAB 7.3") || head.startsWith("\u0089HDF")) {
      throw new UnreadableImageException(
          name
              + " is a MATLAB file of version 7.3 (HDF5), which is not read; load it in MATLAB and"
              + " save it again with save(..., '-v7')");
    }
    boolean little = head.endsWith("IM");
    if (bytes.length < HEADER
        || !head.startsWith("MATLAB 5.0 MAT-file")
        || !(little || head.endsWith("MI"))) {
      throw new UnreadableImageException(
          name + " is no MATLAB file of version 5 to 7, or cut short; fetch it again");
    }
    ByteBuffer buffer =
        ByteBuffer.wrap(bytes).order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long at = HEADER;
    while (at < bytes.length) {
      if (at + 8 > bytes.length) {
        throw new UnreadableImageException(name + " is cut short; fetch it again");
      }
      int type = buffer.getInt((int) at);
      long length = buffer.getInt((int) at + 4) & 0xffffffffL;
      if (type != MATRIX && type != COMPRESSED) {
        throw new UnreadableImageException(name + " is damaged: no variable begins at " + at);
      }
      at += 8 + length;
    }
    if (at > bytes.length) {
      throw new UnreadableImageException(name + " is cut short; fetch it again");
    }
  }

  UnreadableImageException wrong(String what) {
    return new UnreadableImageException(file + ": " + path + " " + what);
  }

  private static boolean isEmpty(Array array) {
    return MatlabReader.elements(array.getDimensions()) == 0;
  }

  /** How many elements: of a struct, a cell array, or numbers. */
  int size() throws UnreadableImageException {
    long elements = MatlabReader.elements(array.getDimensions());
    if (elements < 0) {
      throw wrong("claims an impossible size");
    }
    return (int) elements;
  }

  /** A field of an element of a struct array. */
  MatlabValue field(int element, String name) throws UnreadableImageException {
    if (!(array instanceof Struct struct)
        || element >= size()
        || !struct.getFieldNames().contains(name)) {
      throw wrong("has no field " + name);
    }
    return new MatlabValue(file, path + "." + name, struct.get(name, element), limits);
  }

  /** A field of a struct. */
  MatlabValue field(String name) throws UnreadableImageException {
    return field(0, name);
  }

  /** One row of characters; empty where there is nothing. */
  String text() throws UnreadableImageException {
    if (isEmpty(array)) {
      return "";
    }
    if (!(array instanceof Char chars) || chars.getDimensions()[0] != 1) {
      throw wrong("is no text");
    }
    return chars.asCharSequence().toString();
  }

  /** The texts of a cell array, in its order. */
  List<String> texts() throws UnreadableImageException {
    if (!(array instanceof Cell cell)) {
      throw wrong("is no cell array of texts");
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      texts.add(new MatlabValue(file, path + "{" + (i + 1) + "}", cell.get(i), limits).text());
    }
    return texts;
  }

  /** The number, which must be whole and at least 0. */
  int number() throws UnreadableImageException {
    CodeMap one = codes();
    if (one.codes().length != 1) {
      throw wrong("is no single number");
    }
    return one.codes()[0];
  }

  /** The matrix of numbers that the value must be. */
  private Matrix matrix() throws UnreadableImageException {
    int[] dimensions = array.getDimensions();
    int size = size();
    if (!(array instanceof Matrix matrix) || matrix.isComplex() || size == 0) {
      throw wrong("is no matrix of numbers");
    }
    if (size != (long) dimensions[0] * dimensions[1]) {
      throw wrong("has more than two dimensions");
    }
    return matrix;
  }

  /** A map without labels of the matrix's size. */
  CodeMap blank() throws UnreadableImageException {
    Matrix matrix = matrix();
    int height = matrix.getNumRows();
    int width = matrix.getNumCols();
    return new CodeMap(height, width, new char[height * width]);
  }

  /** A matrix of whole numbers from 0 to 65,535, its rows from the top. */
  CodeMap codes() throws UnreadableImageException {
    Matrix matrix = matrix();
    CodeMap map = blank();
    for (int x = 0, i = 0; x < map.width(); x++) {
      for (int y = 0; y < map.height(); y++, i++) {
        double value = matrix.getDouble(i);
        char code = (char) value;
        if (code != value) {
          throw wrong("holds " + value + ", which is no label");
        }
        map.codes()[y * map.width() + x] = code;
      }
    }
    return map;
  }

  /** Gives the pixels that are not 0 in the matrix a code in a map of the same size. */
  void paint(CodeMap map, int code) throws UnreadableImageException {
    Matrix matrix = matrix();
    int height = map.height();
    int width = map.width();
    if (matrix.getNumRows() != height || matrix.getNumCols() != width) {
      throw wrong("has another size than the first object's mask");
    }
    byte[] bytes = limits.bytesOf(matrix);
    for (int x = 0, i = 0; x < width; x++) {
      for (int y = 0; y < height; y++, i++) {
        if (bytes != null ? bytes[i] != 0 : matrix.getDouble(i) != 0) {
          map.codes()[y * width + x] = (char) code;
        }
      }
    }
  }
}
