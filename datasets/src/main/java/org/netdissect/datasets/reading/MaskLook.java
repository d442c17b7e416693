package org.netdissect.datasets.reading;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.pictures.PhotoHeader;
import org.netdissect.pictures.Photographs;

/**
 * Whether a picture looks like a mask: drawn in a few values, where a photograph has thousands. A
 * drawing may look so too, so it is evidence beside other pictures only.
 */
public final class MaskLook {
  /** A mask of one image hardly has more values. */
  private static final int FEW = 32;

  /** Masks of many instances, or drawn with soft edges, where they are flat nearly everywhere. */
  private static final int MANY = 256;

  private static final double FLAT = 0.95;

  /** Pixels a value, at least: a few pixels have few values, whatever they show. */
  private static final int PIXELS_A_VALUE = 4;

  /** How far JPEG's rounding takes a value from what was drawn. */
  private static final int BLUR = 16;

  private MaskLook() {}

  /**
   * What a mask it looks like ("grey with 3 values"), or null: it looks like a photograph, cannot
   * be read or is too large to be looked at.
   */
  public static @Nullable String of(Path file) {
    PhotoHeader header = PhotoFiles.header(file);
    if (header == null || (long) header.height() * header.width() > Limits.MASK_PIXELS) {
      return null;
    }
    try {
      MaskPixels pixels = MaskPixels.decode(Photographs.bytes(file), file.toString());
      return pixels.blurred ? ofBlurred(pixels) : ofSharp(pixels);
    } catch (DataException e) {
      return null; // said where it is read
    }
  }

  private static @Nullable String ofSharp(MaskPixels pixels) {
    int count = pixels.height * pixels.width;
    Set<Long> values = new HashSet<>();
    long before = -1;
    int same = 0;
    for (int i = 0; i < count; i++) {
      long value = pixels.value(i);
      if (value == before) {
        same++;
      } else if (values.add(value) && values.size() > MANY) {
        return null;
      }
      before = value;
    }
    int n = values.size();
    if (n * PIXELS_A_VALUE > count || (n > FEW && same < FLAT * count)) {
      return null;
    }
    String kind =
        pixels.palette != null ? "a palette" : pixels.channels < 3 ? "grey" : "in colours";
    return kind + " with " + n + (n == 1 ? " value" : " values");
  }

  /** A JPEG is only told from a photograph where it is black and white. */
  private static @Nullable String ofBlurred(MaskPixels pixels) {
    int count = pixels.height * pixels.width;
    int extreme = 0;
    for (int i = 0; i < count; i++) {
      int low = 255;
      int high = 0;
      for (int c = 0; c < 3; c++) {
        int sample = pixels.samples[3 * i + c] & 0xff;
        low = Math.min(low, sample);
        high = Math.max(high, sample);
      }
      extreme += high <= BLUR || low >= 255 - BLUR ? 1 : 0;
    }
    return extreme >= FLAT * count ? "black and white" : null;
  }
}
