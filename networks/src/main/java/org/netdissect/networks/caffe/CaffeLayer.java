package org.netdissect.networks.caffe;

import java.util.List;
import org.netdissect.base.Text;

/**
 * A layer in today's form, whatever generation it was written in.
 *
 * @param name the layer's name, which finds its weights
 * @param type today's name of its type, for example {@code Convolution}
 * @param bottoms names of the blobs it reads
 * @param tops names of the blobs it makes
 * @param shares how its parameter blobs are shared, in their order; may be shorter than they are
 * @param text its message, which holds the parameters of its type
 * @param line where it begins in the file
 */
record CaffeLayer(
    String name,
    String type,
    List<String> bottoms,
    List<String> tops,
    List<Share> shares,
    Message text,
    int line) {

  /**
   * What a parameter blob is called among layers that share it.
   *
   * @param name blank where it is not shared
   * @param permissive whether only the number of values must agree
   */
  record Share(String name, boolean permissive) {}

  CaffeLayer {
    bottoms = List.copyOf(bottoms);
    tops = List.copyOf(tops);
    shares = List.copyOf(shares);
  }

  /** Parameters of the type; an empty message where the layer gives none. */
  Message param(String field) {
    return text.message(field);
  }

  /** Whether the layer changes this blob in place. */
  boolean changes(String blob) {
    return bottoms.contains(blob) && tops.contains(blob);
  }

  @Override
  public String toString() {
    return "layer %s (%s, line %d)".formatted(Text.oneLine(name), Text.oneLine(type), line);
  }
}
