package org.netdissect.networks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Photographs, preprocessed, as a network takes them in. Not safe for several threads at once. */
final class InputBuffer {
  private final ImageInput input;
  private final PixelTable pixels;
  private final ByteBuffer image;

  /** The input as floats, where it is of floats. */
  private final FloatBuffer floats;

  /** One channel of a photograph. */
  private final float[] plane;

  /**
   * @param image room for as many photographs as there are slots, see {@link #bytes}
   */
  InputBuffer(ImageInput input, PixelTable pixels, ByteBuffer image) {
    this.input = input;
    this.pixels = pixels;
    this.image = image;
    this.floats = image.asFloatBuffer();
    this.plane = new float[input.height() * input.width()];
  }

  /** Bytes of so many photographs. */
  static long bytes(ImageInput input, int images) {
    return (long) images * input.values() * input.type().size;
  }

  /** The first photographs as a tensor over this buffer. */
  OnnxTensor tensor(int images) throws OrtException, ModelException {
    ByteBuffer part =
        image
            .duplicate()
            .order(ByteOrder.nativeOrder())
            .position(0)
            .limit((int) bytes(input, images));
    return OnnxTensor.createTensor(Natives.environment(), part, input.dims(images), input.type());
  }

  /**
   * Preprocesses a photograph.
   *
   * @param rgb height × width × 3 bytes
   */
  void photograph(int slot, byte[] rgb) {
    int area = input.height() * input.width();
    if (rgb.length != 3 * area) {
      throw new IllegalArgumentException(
          "A photograph of %d bytes where %d × %d × 3 are wanted."
              .formatted(rgb.length, input.height(), input.width()));
    }
    int channels = input.channels();
    int base = slot * input.values();
    if (input.type() == OnnxJavaType.FLOAT && channels == 3 && !input.channelsLast()) {
      // As nearly all networks are; several times faster than the general way below.
      for (int channel = 0; channel < channels; channel++) {
        pixels.plane(channel, rgb, plane);
        floats.put(base + channel * area, plane);
      }
      return;
    }
    for (int channel = 0; channel < channels; channel++) {
      int start = input.channelsLast() ? base + channel : base + channel * area;
      int step = input.channelsLast() ? channels : 1;
      for (int i = 0, at = start; i < area; i++, at += step) {
        float value = pixels.value(channels, channel, rgb, 3 * i);
        switch (input.type()) {
          case FLOAT -> image.putFloat(4 * at, value);
          case FLOAT16 -> image.putShort(2 * at, Fp16Conversions.mlasFloatToFp16(value));
          default -> image.put(at, (byte) Math.round(value));
        }
      }
    }
  }
}
