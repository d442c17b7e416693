package org.netdissect.lab.train;

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
    Map<String, NetworkSpec.Maps> maps = trunk.maps();
    double operations = 0;
    for (NetworkSpec.Node node : trunk.nodes()) {
      if (node.step() instanceof NetworkSpec.Conv conv) {
        double side = Objects.requireNonNull(maps.get(conv.name())).side();
        operations += 2 * side * side * conv.out() * conv.in() * conv.kernel() * conv.kernel();
      }
    }
    // Patches are about a twelfth of the image each.
    double share =
        switch (options.task()) {
          case CONTEXT, PUZZLE -> 1 / 12.0;
          default -> 1;
        };
    return new NetworkCost(operations * share, options.task().views());
  }
}
