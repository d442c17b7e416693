package org.netdissect.pictures;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A GIF, BMP or TIFF whose pixels are numbers, as masks are: grey values, or entries of a palette.
 *
 * @param height pixels
 * @param width pixels
 * @param bitDepth 8, or 16 for grey values of so many bits
 * @param samples height × width, in rows from the top; one byte each, or two, high byte first
 * @param palette R, G, B of each number; null for grey values of 16 bits
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record NumberedPicture(
    int height, int width, int bitDepth, byte[] samples, byte @Nullable [] palette) {
  /**
   * Decodes the bytes of a file.
   *
   * @param name for messages
   * @return nothing where they are a picture of another kind, or one whose pixels are colours
   * @throws UnreadableImageException when the picture is broken
   */
  public static Optional<NumberedPicture> decode(byte[] file, String name)
      throws UnreadableImageException {
    PictureKind kind = PictureKind.ofContents(file);
    return kind == PictureKind.GIF || kind == PictureKind.BMP || kind == PictureKind.TIFF
        ? OtherKinds.numbers(file, name, kind)
        : Optional.empty();
  }
}
