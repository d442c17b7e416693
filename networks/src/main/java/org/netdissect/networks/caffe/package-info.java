/**
 * Networks of Caffe, read and written as ONNX: the text of a net and its binary weights in all
 * three generations of the format.
 *
 * <p>The way through: {@link org.netdissect.networks.caffe.CaffeModel#read} reads both files,
 * {@link org.netdissect.networks.caffe.CaffeModel#open} makes a network of them that can be
 * dissected.
 *
 * <p>Inside: {@code TextParser} reads the text format after the {@code Schema}, {@code NetReader}
 * brings what it says into today's form ({@code CaffeNet}), {@code WeightFile} reads the binary
 * format, {@code Parameters} finds each layer's weights, {@code Translation} walks over the layers
 * and lets the classes that {@code LayerTypes} lists compose each of them from ONNX operators.
 * Nothing of a file is executed; nothing is allocated that the size of a file does not justify.
 */
@NullMarked
package org.netdissect.networks.caffe;

import org.jspecify.annotations.NullMarked;
