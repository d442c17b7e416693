package org.netdissect.networks;

import ai.onnxruntime.OnnxJavaType;
import java.nio.file.Path;

/** What each 8-bit pixel becomes, worked out once for the 256 values of each channel. */
final class PixelTable {
  private static final double LARGEST_HALF = 65504;

  /** By channel of the network and pixel value. */
  private final double[][] values;

  /** Which of red, green and blue each channel takes. */
  private final int[] colours;

  /** The same as floats. */
  private final float[][] floats = new float[3][256];

  /** What a fourth channel holds everywhere. */
  private final float opaque;

  private PixelTable(double[][] values, int[] colours, float opaque) {
    this.values = values;
    this.colours = colours;
    this.opaque = opaque;
    for (int channel = 0; channel < 3; channel++) {
      for (int pixel = 0; pixel < 256; pixel++) {
        floats[channel][pixel] = (float) values[channel][pixel];
      }
    }
  }

  /**
   * @throws ModelException if the input's type cannot hold the values, or its channels are not
   *     those of the preprocessing
   */
  static PixelTable of(Preprocessing preprocessing, ImageInput input, Path file)
      throws ModelException {
    requireValues(preprocessing, input, file);
    OnnxJavaType type = input.type();
    double[][] values = new double[3][256];
    int[] colours = new int[3];
    for (int channel = 0; channel < 3; channel++) {
      colours[channel] = preprocessing.colour(channel);
      for (int pixel = 0; pixel < 256; pixel++) {
        double value = preprocessing.value(channel, pixel);
        values[channel][pixel] = value;
        boolean isByte = value >= 0 && value <= 255 && value == Math.rint(value);
        if (type == OnnxJavaType.UINT8 && !isByte) {
          throw new ModelException(
              file + " takes bytes (uint8), so pixels cannot be scaled; give --preprocess none.");
        }
        if (type == OnnxJavaType.FLOAT16 && Math.abs(value) > LARGEST_HALF) {
          throw new ModelException(
              file + " takes float16, too small for a preprocessed value of " + value + ".");
        }
        if (Math.abs(value) > Float.MAX_VALUE) {
          throw new ModelException("The preprocessing makes pixels infinite.");
        }
      }
    }
    float opaque = input.channels() == 4 ? (float) preprocessing.value(3, 255) : 0;
    return new PixelTable(values, colours, opaque);
  }

  private static void requireValues(Preprocessing preprocessing, ImageInput input, Path file)
      throws ModelException {
    int given = preprocessing.mean().size();
    if (input.channels() == 4 && given != 4) {
      throw new ModelException(
          "%s takes images of 4 channels: give a --preprocess file with four values of mean and of std, the last for the opacity."
              .formatted(file));
    }
    if (input.channels() != 4 && given == 4) {
      throw new ModelException(
          "%s takes images of %d channels, the preprocessing has values for 4."
              .formatted(file, input.channels()));
    }
  }

  /**
   * Writes one channel of a whole photograph into a network with three inputs.
   *
   * @param rgb 3 bytes a pixel
   * @param plane a float for each pixel
   */
  void plane(int channel, byte[] rgb, float[] plane) {
    float[] table = floats[channel];
    for (int i = 0, at = colours[channel]; i < plane.length; i++, at += 3) {
      plane[i] = table[rgb[at] & 0xff];
    }
  }

  /** Channel {@code channel} of a pixel of a network with {@code channels} inputs. */
  float value(int channels, int channel, byte[] rgb, int at) {
    if (channel == 3) {
      return opaque;
    }
    if (channels >= 3) {
      return (float) values[channel][rgb[at + colours[channel]] & 0xff];
    }
    double sum = 0;
    for (int c = 0; c < 3; c++) {
      sum += values[c][rgb[at + colours[c]] & 0xff];
    }
    return (float) (sum / 3);
  }
}
