package org.netdissect.lab.train;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a network costs.
 *
 * @param operations multiplications and additions for one picture of the options' size
 * @param views pictures that training shows it of one image
 */
public record NetworkCost(double operations, int views) {
  /** Of the trunk that the options name. */
  public static NetworkCost of(TrainingOptions options) {
    NetworkSpec.Builder to = new NetworkSpec.Builder();
    options.architecture().trunk(to, "", 3, options.shape());
    NetworkSpec trunk = to.build(options.size());
    Map<String, Integer> sides = new HashMap<>(Map.of(NetworkSpec.INPUT, trunk.size()));
    double operations = 0;
    for (NetworkSpec.Node node : trunk.nodes()) {
      int side = Objects.requireNonNull(sides.get(node.from().get(0)));
      if (node.step() instanceof NetworkSpec.Conv conv) {
        side = (side + 2 * conv.pad() - conv.kernel()) / conv.stride() + 1;
        operations += 2.0 * side * side * conv.out() * conv.in() * conv.kernel() * conv.kernel();
      } else if (node.step() instanceof NetworkSpec.MaxPool pool) {
        side = (side + 2 * pool.pad() - pool.kernel()) / pool.stride() + 1;
      }
      sides.put(node.step().name(), side);
    }
    // Patches are about a twelfth of the image each.
    double share =
        switch (options.task()) {
          case CONTEXT, PUZZLE -> 1 / 12.0;
          default -> 1;
        };
    int views =
        switch (options.task()) {
          case PUZZLE -> 9;
          case VIDEOORDER -> 3;
          case CONTEXT, CONTRASTIVE, EGOMOTION -> 2;
          default -> 1;
        };
    return new NetworkCost(operations * share, views);
  }
}
