package org.netdissect.dissection.activations;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;

/**
 * Activation maps that another framework recorded.
 *
 * @param layers at least one
 * @param images names of images of the data set, in the order of the rows of the files
 * @param input size of the network's input in pixels, or null to take each image's own size
 */
public record RecordedActivations(
    List<Maps> layers, List<String> images, @Nullable InputSize input) {

  public RecordedActivations {
    layers = List.copyOf(layers);
    images = List.copyOf(images);
  }

  /**
   * The maps of one layer.
   *
   * @param name of the layer
   * @param file NumPy file, float32 or float16, images × units × height × width
   * @param field receptive field in input pixels, {@link ReceptiveField#UNKNOWN} to stretch the
   *     maps over the image
   */
  public record Maps(String name, Path file, ReceptiveField field) {}
}
