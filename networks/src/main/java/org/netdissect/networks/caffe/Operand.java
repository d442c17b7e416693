package org.netdissect.networks.caffe;

/**
 * A blob as a layer sees it.
 *
 * @param tensor its name in the ONNX graph
 */
record Operand(String tensor, Shape shape) {}
