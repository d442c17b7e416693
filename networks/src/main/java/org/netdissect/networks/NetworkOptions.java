package org.netdissect.networks;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a model is to be understood where its file leaves that open.
 *
 * @param size of the input image, or null
 * @param tokens how tokens cover the image where the graph does not tell, or null; counts for
 *     tensors of images × tokens × channels with so many tokens
 * @param inputs NumPy files for inputs other than the image, by the input's name
 */
public record NetworkOptions(
    @Nullable InputSize size, @Nullable TokenGrid tokens, Map<String, Path> inputs) {
  /** Nothing is given. */
  public static final NetworkOptions NONE = new NetworkOptions(null, null, Map.of());

  /** Copies the map. */
  public NetworkOptions {
    inputs = Map.copyOf(inputs);
  }

  /** The same with this size, or null. */
  public NetworkOptions withSize(@Nullable InputSize newSize) {
    return new NetworkOptions(newSize, tokens, inputs);
  }
}
