package org.netdissect.datasets.broden.build;

import java.nio.file.Path;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Png;
import org.netdissect.pictures.UnreadableImageException;

/** PNG files whose red and green are codes. */
final class CodedPng {
  private CodedPng() {}

  /** What a pixel's red and green, each 0 … 255, mean. */
  interface Code {
    int of(int red, int green);
  }

  /** Reads a map. */
  static CodeMap read(Path file, Code code) throws UnreadableImageException {
    String name = file.toString();
    Png png = Png.decode(Photographs.bytes(file), name, Limits.PHOTO_PIXELS);
    if (png.bitDepth != 8 || png.channels < 3) {
      throw new UnreadableImageException(
          Text.oneLine(name) + " has no red and green of 8 bits, which its labels should be in");
    }
    char[] codes = new char[png.height * png.width];
    for (int i = 0, at = 0; i < codes.length; i++, at += png.channels) {
      codes[i] = (char) code.of(png.samples[at] & 0xff, png.samples[at + 1] & 0xff);
    }
    return new CodeMap(png.height, png.width, codes);
  }

  /**
   * Checks that every code of a map has a name.
   *
   * @param last the largest that has
   */
  static CodeMap check(CodeMap map, int last, Path file, String table)
      throws UnreadableImageException {
    if (map.largest() > last) {
      throw new UnreadableImageException(
          Text.oneLine(file.toString())
              + " holds label "
              + map.largest()
              + "; "
              + table
              + " goes up to "
              + last);
    }
    return map;
  }
}
