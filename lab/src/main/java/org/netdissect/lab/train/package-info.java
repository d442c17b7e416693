/**
 * Trains small networks and writes them as ONNX. One layer specification drives both; only {@code
 * DjlTraining} touches DJL and PyTorch, which may be absent.
 */
@NullMarked
package org.netdissect.lab.train;

import org.jspecify.annotations.NullMarked;
