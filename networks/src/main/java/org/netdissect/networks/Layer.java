package org.netdissect.networks;

/**
 * A tensor inside a network that can be dissected: float activations of channels × height × width
 * for each image. The units of the layer are its channels.
 *
 * @param name the tensor's name in the ONNX graph, unique
 * @param kind the operation that makes it, for example {@code Conv} or {@code Relu}
 * @param channels number of units
 * @param height rows of an activation map
 * @param width columns of an activation map; height · width is above 1
 * @param field which input pixels a cell covers, or {@link ReceptiveField#UNKNOWN}
 */
public record Layer(
    String name, String kind, int channels, int height, int width, ReceptiveField field) {

  /** Values of one image: channels · height · width. */
  public int values() {
    return Math.multiplyExact(Math.multiplyExact(channels, height), width);
  }
}
