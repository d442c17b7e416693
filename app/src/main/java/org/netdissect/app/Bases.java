package org.netdissect.app;

import java.io.IOException;
import java.util.List;
import org.netdissect.dissection.activations.basis.Basis;

/** What {@code --basis} asks for. */
final class Bases {
  private Bases() {}

  /**
   * Understands it, and refuses before any work what no layer could make good.
   *
   * @throws UsageException if it makes no sense
   */
  static List<Basis> of(List<String> texts) throws IOException {
    List<Basis> bases;
    try {
      bases = texts.stream().map(Basis::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    for (Basis basis : bases) {
      basis.check();
    }
    return bases;
  }
}
