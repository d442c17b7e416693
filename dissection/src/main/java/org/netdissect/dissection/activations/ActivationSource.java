package org.netdissect.dissection.activations;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.networks.InputSize;
import org.netdissect.results.DirectionTable.Coefficient;
import org.netdissect.results.LayerInfo;

/** Where activation maps come from: a network fed with photographs, or maps recorded elsewhere. */
public interface ActivationSource extends Closeable {
  /** The layers, in the order in which a reader gives their maps. */
  List<LayerInfo> layers();

  /**
   * The size of the input that a layer's geometry is relative to; null to take each image's own.
   *
   * @param layer its place among {@link #layers}
   */
  @Nullable InputSize input(int layer);

  /** Which layers belong to the n-th network; maps of no named network belong to one. */
  default List<Integer> layersOf(int network) {
    return IntStream.range(0, layers().size()).boxed().toList();
  }

  /** Of each direction of a view its largest coefficients; null for other layers. */
  default @Nullable List<List<Coefficient>> coefficients(int layer) {
    return null;
  }

  /** How many images are best read at once. */
  int batch();

  /** One thread's way of reading. */
  Reader newReader() throws IOException;

  /** Opens a source for the images of a dissection. */
  interface Factory {
    ActivationSource open(ImageSet images) throws IOException;
  }

  /** Reads activation maps; not thread safe. */
  interface Reader extends Closeable {
    /**
     * Reads the maps of some images.
     *
     * @param images their numbers
     * @param dense per layer, images × units × height × width: the maps are written from {@code
     *     slot} on, one image after the other without gaps
     * @param outcome told of every image, in order
     */
    void read(int[] images, float[][] dense, int slot, Outcome outcome) throws IOException;
  }

  /** Takes what became of an image. */
  interface Outcome {
    /**
     * The image was read.
     *
     * @param digest SHA-256 of its content
     */
    void read(int image, byte[] digest);

    /**
     * The image cannot be read and takes no part.
     *
     * @throws IOException if that is to stop the run
     */
    void unreadable(int image, String reason) throws IOException;
  }
}
