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
 * <p>Inside: {@code ModelFile} reads the file, {@code OnnxGraph} is the graph, {@code GraphEdit}
 * builds changed copies of it, {@code ImageInput} says how the image goes in. {@code Operators} is
 * the one table of what an operator does. {@code Shapes} knows the shapes of tensors, by rules or
 * from ONNX Runtime; {@code FieldTracer} follows rows and columns through the graph, a {@code
 * Layout} says how they lie in a tensor, and {@code Windows}, {@code Resizing}, {@code Branches},
 * {@code Slices} and {@code Products} each know a kind of operator; {@code LayerFinder} makes
 * layers of what was traced. {@code LayerNames} and {@code Activations} know what names mean,
 * {@code DefaultLayer} which layer is meant without one, {@code Bounds} what was before a clip.
 * {@code Natives} and {@code Sessions} start the runtime.
 */
@NullMarked
package org.netdissect.networks;

import org.jspecify.annotations.NullMarked;
