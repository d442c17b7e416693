package org.netdissect.lab.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a training costs.
 *
 * @param side pixels a side of what the network is shown
 * @param views pictures that it is shown of one image
 * @param operations multiplications and additions for one picture
 * @param parameters weights and statistics of the trunk
 */
public record NetworkCost(int side, int views, double operations, long parameters) {
  /** Of the trunk that the options name. */
  public static NetworkCost of(TrainingOptions options) {
    Task task = options.task();
    boolean patches = task == Task.CONTEXT || task == Task.PUZZLE;
    int side = patches ? Patches.side(options.size()) : options.size();
    NetworkSpec trunk = trunk(options, side);
    Map<String, NetworkSpec.Maps> maps = trunk.maps();
    double operations = 0;
    for (NetworkSpec.Node node : trunk.nodes()) {
      if (node.step() instanceof NetworkSpec.Conv conv) {
        double places = Objects.requireNonNull(maps.get(conv.name())).side();
        operations += 2 * places * places * conv.out() * conv.in() * conv.kernel() * conv.kernel();
      }
    }
    long parameters =
        Weights.random(trunk, 1).all().values().stream().mapToLong(w -> w.values().length).sum();
    return new NetworkCost(side, task.views(), operations, parameters);
  }

  private static NetworkSpec trunk(TrainingOptions options, int side) {
    NetworkSpec.Builder to = new NetworkSpec.Builder();
    options.architecture().trunk(to, "", 3, options.shape());
    return to.build(side);
  }

  /**
   * The layers of the network as it is dissected: by name their channels and places.
   *
   * @param last of them alone
   */
  public static Map<String, int[]> layers(TrainingOptions options, boolean last) {
    NetworkSpec trunk = trunk(options, options.size());
    Map<String, int[]> layers = new LinkedHashMap<>();
    Map<String, NetworkSpec.Maps> maps = trunk.maps();
    for (NetworkSpec.Step step : trunk.steps()) {
      if (!last || step.name().equals(trunk.outputs().get(0))) {
        NetworkSpec.Maps of = Objects.requireNonNull(maps.get(step.name()));
        layers.put(step.name(), new int[] {of.channels(), of.side() * of.side()});
      }
    }
    return layers;
  }
}
