package org.netdissect.datasets.reading;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Text;
import org.netdissect.base.files.NpyHeader;
import org.netdissect.base.files.SectionFile;

/**
 * The eleven basic colour names (Berlin and Kay, Basic Color Terms, 1969) of pixels. Colours are
 * looked up in a table of 32 × 32 × 32 boxes of 8 × 8 × 8 RGB values.
 *
 * <p>The table is that of van de Weijer et al. (Learning Color Names for Real-World Applications,
 * IEEE TIP 2009), which Broden was made with, where the user has it; otherwise one built in: the
 * centre of a box has the name of the nearest, in CIELAB (sRGB, D65), of the named colours of the
 * W3C's CSS Color Module Level 4, each of which is sorted under a basic name (light grey as white
 * and dark slate as black, since that is how photographs are seen). The two agree on 70 % of all
 * boxes and on 73 % of the pixels of ordinary photographs.
 */
public final class ColorNames {
  /** The names, in the order of the table. */
  public static final List<String> NAMES =
      List.of(
          "black", "blue", "brown", "grey", "green", "orange", "pink", "purple", "red", "white",
          "yellow");

  private static final int BOXES = 32 * 32 * 32;

  /** The named colours of CSS (without those that only repeat another) under each basic name. */
  private static final String[] NAMED = {
    "000000 2F4F4F",
    "0000FF 00008B 000080 0000CD 191970 4169E1 1E90FF 6495ED 00BFFF 87CEEB 87CEFA ADD8E6 B0E0E6"
        + " 4682B4 5F9EA0 B0C4DE 00FFFF 00CED1 008B8B 48D1CC 40E0D0 E0FFFF AFEEEE 008080",
    "A52A2A 8B4513 A0522D CD853F BC8F8F DEB887 D2B48C",
    "808080 696969 A9A9A9 708090 778899 C0C0C0",
    "008000 006400 00FF00 32CD32 7CFC00 7FFF00 ADFF2F 228B22 2E8B57 3CB371 00FF7F 00FA9A 90EE90"
        + " 98FB98 8FBC8F 66CDAA 6B8E23 556B2F 9ACD32 20B2AA 7FFFD4",
    "FFA500 FF8C00 FF7F50 FF4500 F4A460 D2691E",
    "FFC0CB FFB6C1 FF69B4 FF1493 DB7093 C71585 FF00FF FFE4E1",
    "800080 4B0082 663399 8A2BE2 9400D3 9932CC BA55D3 9370DB 6A5ACD 483D8B 7B68EE 8B008B EE82EE"
        + " DA70D6 DDA0DD D8BFD8 E6E6FA",
    "FF0000 8B0000 DC143C B22222 800000",
    "FFFFFF FFFAFA F5F5F5 F8F8FF F0F8FF FFFAF0 F5FFFA FFFFF0 F0FFFF FDF5E6 FFF5EE DCDCDC D3D3D3",
    "FFFF00 FFD700 FFFFE0 FFFACD FAFAD2 F0E68C EEE8AA BDB76B 808000",
  };

  private final byte[] table;
  private final String key;

  private ColorNames(byte[] table, String key) {
    this.table = table;
    this.key = key;
  }

  /** The table in the file, or the built-in one when that is null. */
  public static ColorNames of(@Nullable Path tableOrNull) throws DataException {
    return tableOrNull == null ? builtIn() : read(tableOrNull);
  }

  /** The built-in naming. */
  public static ColorNames builtIn() {
    byte[] table = new byte[BOXES];
    double[][][] named = new double[NAMED.length][][];
    for (int n = 0; n < NAMED.length; n++) {
      String[] colours = NAMED[n].split(" ", -1);
      named[n] = new double[colours.length][];
      for (int i = 0; i < colours.length; i++) {
        int rgb = Integer.parseInt(colours[i], 16);
        named[n][i] = lab(rgb >> 16, (rgb >> 8) & 0xff, rgb & 0xff);
      }
    }
    for (int box = 0; box < BOXES; box++) {
      double[] at = lab((box & 31) * 8 + 4, ((box >> 5) & 31) * 8 + 4, (box >> 10) * 8 + 4);
      double nearest = Double.POSITIVE_INFINITY;
      for (int n = 0; n < NAMED.length; n++) {
        for (double[] colour : named[n]) {
          double l = at[0] - colour[0];
          double a = at[1] - colour[1];
          double b = at[2] - colour[2];
          double distance = l * l + a * a + b * b;
          if (distance < nearest) {
            nearest = distance;
            table[box] = (byte) n;
          }
        }
      }
    }
    return new ColorNames(table, "built-in 1");
  }

  /** CIELAB of an sRGB colour under D65. StrictMath: the same on every machine. */
  private static double[] lab(int red, int green, int blue) {
    double r = linear(red);
    double g = linear(green);
    double b = linear(blue);
    double x = lightness((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    double y = lightness(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
    double z = lightness((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
    return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
  }

  private static double linear(int value) {
    double c = value / 255.0;
    return c <= 0.04045 ? c / 12.92 : StrictMath.pow((c + 0.055) / 1.055, 2.4);
  }

  private static double lightness(double t) {
    return t > 216.0 / 24389 ? StrictMath.cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  }

  /**
   * Reads a table from a NumPy file of bytes of shape (32, 32, 32), indexed [red][green][blue],
   * values 0 … 10 in the order of {@link #NAMES}.
   */
  public static ColorNames read(Path file) throws DataException {
    String problem = file + " is not a table of colour names: ";
    if (Files.exists(file) && !Files.isRegularFile(file)) { // a pipe would be waited for
      throw new DataException(problem + "it is not a file");
    }
    if (!Files.exists(file)) {
      throw new DataException(
          "there is no table of colour names "
              + Text.oneLine(file.toString())
              + "; it is src/w2color.npy of https://github.com/CSAILVision/NetDissect");
    }
    boolean redFirst;
    byte[] values;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      NpyHeader header = NpyHeader.read(file, channel, 0, channel.size());
      if (!header.type().matches("[|<>=]u1")
          || !Arrays.equals(header.shape(), new long[] {32, 32, 32})
          || !header.fits(1)) {
        throw new NetdissectException("another array");
      }
      redFirst = header.fortran();
      values = SectionFile.read(channel, file, header.start(), BOXES).array();
    } catch (NetdissectException e) {
      throw new DataException(problem + "a NumPy file of 32 × 32 × 32 bytes is expected", e);
    } catch (IOException e) {
      throw new DataException("cannot read the table of colour names " + file, e);
    }
    byte[] table = new byte[BOXES];
    for (int box = 0; box < BOXES; box++) {
      int at = redFirst ? box : ((box & 31) << 10) | (box & 0x3e0) | (box >> 10);
      table[box] = values[at];
      if (table[box] < 0 || table[box] >= NAMES.size()) {
        throw new DataException(file + " names a colour " + table[box] + "; there are 11");
      }
    }
    return new ColorNames(table, Digests.sha256Hex(table).substring(0, 16));
  }

  /** Place of the colour's name in {@link #NAMES}; each of red, green and blue is 0 … 255. */
  public int name(int red, int green, int blue) {
    return table[(red >> 3) | ((green >> 3) << 5) | ((blue >> 3) << 10)];
  }

  /** What tells this table from others. */
  public String key() {
    return key;
  }
}
