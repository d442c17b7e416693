package org.netdissect.pictures;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kinds of picture files that people have, whether they are read or not. */
public enum PictureKind {
  JPEG("JPEG", true),
  PNG("PNG", true),
  GIF("GIF", true),
  BMP("BMP", true),
  TIFF("TIFF", true),
  WEBP("WebP", false),
  AVIF("AVIF", false),
  HEIF("HEIF", false),
  JPEG_2000("JPEG 2000", false),
  JPEG_XL("JPEG XL", false),
  PORTABLE("portable map", false),
  PHOTOSHOP("Photoshop", false),
  TARGA("Targa", false),
  ICON("icon", false),
  PCX("PCX", false),
  OPEN_EXR("OpenEXR", false),
  RAW("raw camera", false);

  private final String title;
  private final boolean read;

  PictureKind(String title, boolean read) {
    this.title = title;
    this.read = read;
  }

  /** As people write it. */
  public String title() {
    return title;
  }

  /** Whether {@link Photographs} reads it. */
  public boolean isRead() {
    return read;
  }

  /** What a file should be by the ending of its name; null for no picture. */
  public static @Nullable PictureKind ofName(String name) {
    int dot = name.lastIndexOf('.');
    String ending = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    return switch (ending) {
      case "jpg", "jpeg", "jpe", "jfif", "jif", "jfi", "pjpeg", "pjp", "mpo" -> JPEG;
      case "png", "apng" -> PNG;
      case "gif" -> GIF;
      case "bmp", "dib" -> BMP;
      case "tif", "tiff" -> TIFF;
      case "webp" -> WEBP;
      case "avif", "avifs" -> AVIF;
      case "heic", "heif", "hif" -> HEIF;
      case "jp2", "j2k", "jpf", "jpx" -> JPEG_2000;
      case "jxl" -> JPEG_XL;
      case "ppm", "pgm", "pbm", "pnm" -> PORTABLE;
      case "psd" -> PHOTOSHOP;
      case "tga" -> TARGA;
      case "ico" -> ICON;
      case "pcx" -> PCX;
      case "exr" -> OPEN_EXR;
      case "dng", "cr2", "cr3", "nef", "arw", "orf", "rw2", "raf" -> RAW;
      default -> null;
    };
  }

  /** What a file is by its first bytes; null for what is none of these, or cannot be told. */
  public static @Nullable PictureKind ofContents(byte[] file) {
    if (JpegHead.isJpeg(file)) {
      return JPEG;
    } else if (Png.isPng(file)) {
      return PNG;
    } else if (says(file, 0, "GIF87a") || says(file, 0, "GIF89a")) {
      return GIF;
    } else if (says(file, 0, "BM") && file.length >= 26) {
      return BMP;
    } else if (says(file, 0, "II*\0") || says(file, 0, "MM\0*")) {
      return TIFF;
    } else if (says(file, 0, "RIFF") && says(file, 8, "WEBP")) {
      return WEBP;
    } else if (says(file, 4, "ftyp")) {
      return says(file, 8, "avi") ? AVIF : HEIF;
    } else if (says(file, 4, "jP  ") || says(file, 0, "\u00ffO\u00ffQ")) {
      return JPEG_2000;
    } else if (says(file, 4, "JXL ") || says(file, 0, "\u00ff\n")) {
      return JPEG_XL;
    } else if (says(file, 0, "8BPS")) {
      return PHOTOSHOP;
    }
    return says(file, 0, "P")
            && file.length > 2
            && file[1] >= '1'
            && file[1] <= '6'
            && file[2] <= 32
        ? PORTABLE
        : null;
  }

  private static boolean says(byte[] file, int at, String text) {
    byte[] expected = text.getBytes(StandardCharsets.ISO_8859_1);
    if (file.length < at + expected.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if (file[at + i] != expected[i]) {
        return false;
      }
    }
    return true;
  }
}
