/**
 * What a network computes: the ONNX graph, its layers and their receptive fields, and sessions that
 * run it. Nothing here knows of concepts, photographs' files or scoring.
 *
 * <p>The way through: {@link org.netdissect.networks.Network} opens a file, lists its {@link
 * org.netdissect.networks.Layer layers} and finds them by name; {@link
 * org.netdissect.networks.Network#tap} cuts the graph down to chosen layers; each worker fills and
 * runs a {@link org.netdissect.networks.Runner} of that {@link
 * org.netdissect.networks.TappedNetwork}.
 *
 * <p>Inside: {@code OnnxGraph} reads the file and cuts graphs, {@code ImageInput} says how the
 * image goes in, {@code Shapes} asks ONNX Runtime for shapes, {@code FieldTracer} follows rows and
 * columns through the graph, {@code LayerNames} knows what names mean, {@code Natives} and {@code
 * Sessions} start the runtime, {@code PixelTable} holds preprocessed pixel values. Only {@code
 * Natives}, {@code Sessions}, {@code Shapes} and the runners touch the runtime.
 */
package org.netdissect.networks;
