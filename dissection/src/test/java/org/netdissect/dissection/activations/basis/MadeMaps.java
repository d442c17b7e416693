package org.netdissect.dissection.activations.basis;

import java.util.List;
import org.netdissect.base.Digests;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.networks.InputSize;
import org.netdissect.results.LayerInfo;

/**
 * Maps that are given: a vector of channels at each cell, image after image.
 *
 * @param cells images · places × channels, by rows
 * @param unreadable number of an image that cannot be read; −1 for none
 */
record MadeMaps(float[] cells, int channels, int height, int width, int unreadable)
    implements ActivationSource, ImageOrder {

  @Override
  public int size() {
    return cells.length / channels / height / width;
  }

  @Override
  public String name(int image) {
    return "image-" + image;
  }

  @Override
  public int atlasIndex(int image) {
    return image;
  }

  @Override
  public List<LayerInfo> layers() {
    return List.of(new LayerInfo("made", "made", "Relu", channels, height, width, null));
  }

  @Override
  public InputSize input(int layer) {
    return new InputSize(32, 32);
  }

  @Override
  public int batch() {
    return 3;
  }

  @Override
  public Reader newReader() {
    return new Reader() {
      @Override
      public void read(int[] images, float[][] dense, int slot, Outcome outcome)
          throws java.io.IOException {
        int places = height * width;
        int to = slot;
        for (int image : images) {
          if (image == unreadable) {
            outcome.unreadable(image, "broken");
            continue;
          }
          for (int u = 0; u < channels; u++) {
            for (int p = 0; p < places; p++) {
              dense[0][(to * channels + u) * places + p] =
                  cells[(image * places + p) * channels + u];
            }
          }
          to++;
          outcome.read(image, new byte[Digests.BYTES]);
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {}
}
