package org.netdissect.networks.caffe;

import java.util.List;

/**
 * A net in today's form, as Caffe would build it in phase TEST.
 *
 * @param inputs declared outside of layers, as the older generations do
 * @param layers in the order of the file; each reads only blobs that an input or a layer before it
 *     makes
 */
record CaffeNet(List<Input> inputs, List<CaffeLayer> layers) {

  /** A declared input and its dimensions, images first; empty where the file gives none. */
  record Input(String blob, List<Long> dims, int line) {
    Input {
      dims = List.copyOf(dims);
    }
  }

  CaffeNet {
    inputs = List.copyOf(inputs);
    layers = List.copyOf(layers);
  }
}
