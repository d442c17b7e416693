package org.netdissect.pictures;

import org.jspecify.annotations.Nullable;

/**
 * A JPEG file without colour profile, Exif and comments, so that a browser shows the very pixels
 * that the network was given: no profile is applied and nothing is turned. The compressed picture
 * itself stays as it is.
 */
public record PlainJpeg(int height, int width, byte[] bytes) {

  /**
   * Strips a file.
   *
   * @return null if it is no JPEG of one or three 8-bit components that every browser shows; then
   *     the picture has to be encoded anew
   */
  public static @Nullable PlainJpeg of(byte[] file) {
    if (!JpegHead.isJpeg(file)) {
      return null;
    }
    try {
      JpegHead head = JpegHead.read(file, "");
      return head.isTidy() && head.components() != 4
          ? new PlainJpeg(head.height(), head.width(), head.plain())
          : null;
    } catch (UnreadableImageException e) {
      return null;
    }
  }
}
