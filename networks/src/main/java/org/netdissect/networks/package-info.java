/**
 * What a network computes: the ONNX graph, its layers and their receptive fields, and sessions that
 * run it. Nothing here knows of concepts.
 */
package org.netdissect.networks;
