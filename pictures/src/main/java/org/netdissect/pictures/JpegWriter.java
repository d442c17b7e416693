package org.netdissect.pictures;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.netdissect.pictures.Photographs.Photograph;

/** Writes baseline JPEG files with the encoder of this Java runtime. */
public final class JpegWriter {
  private JpegWriter() {}

  /**
   * Encodes a photograph.
   *
   * @param quality 0 … 1, as libjpeg's from 0 to 100
   */
  public static byte[] encode(Photograph photograph, float quality) {
    ImageWriter encoder = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam how = encoder.getDefaultWriteParam();
      how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      how.setCompressionQuality(quality);
      encoder.setOutput(out);
      encoder.write(null, new IIOImage(image(photograph), null, null), how);
    } catch (IOException e) {
      throw new UncheckedIOException("writing into memory", e);
    } finally {
      encoder.dispose();
    }
    return bytes.toByteArray();
  }

  private static BufferedImage image(Photograph photograph) {
    BufferedImage image =
        new BufferedImage(photograph.width(), photograph.height(), BufferedImage.TYPE_3BYTE_BGR);
    byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    byte[] rgb = photograph.rgb();
    for (int i = 0; i < rgb.length; i += 3) {
      bgr[i] = rgb[i + 2];
      bgr[i + 1] = rgb[i + 1];
      bgr[i + 2] = rgb[i];
    }
    return image;
  }
}
