package org.netdissect.networks.caffe;

/** A layer mixes images, so that their number must stay what the net's text says. */
final class MixedImagesException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MixedImagesException(CaffeLayer layer) {
    super(layer.toString());
  }
}
