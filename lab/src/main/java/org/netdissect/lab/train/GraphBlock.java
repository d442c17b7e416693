package org.netdissect.lab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link NetworkSpec} as DJL computes it. */
final class GraphBlock extends AbstractBlock {
  private final NetworkSpec spec;
  private final Set<String> frozen;
  private final Map<String, Block> blocks = new LinkedHashMap<>();

  GraphBlock(NetworkSpec spec, Set<String> frozen) {
    this.spec = spec;
    this.frozen = Set.copyOf(frozen);
    for (NetworkSpec.Step step : spec.steps()) {
      Block block = block(step);
      if (block != null) {
        blocks.put(step.name(), addChildBlock(step.name(), block));
      }
    }
  }

  /** The blocks by the names of their steps, in order; steps without weights may have none. */
  Map<String, Block> blocks() {
    return blocks;
  }

  private static @Nullable Block block(NetworkSpec.Step step) {
    if (step instanceof NetworkSpec.Conv conv) {
      return convolution(conv.out(), conv.kernel(), conv.stride(), conv.pad());
    } else if (step instanceof NetworkSpec.Mix mix) {
      return convolution(mix.out(), 1, 1, 0);
    } else if (step instanceof NetworkSpec.Norm) {
      return BatchNorm.builder().optEpsilon(1e-5f).optMomentum(0.1f).build();
    } else if (step instanceof NetworkSpec.Relu) {
      return Activation.reluBlock();
    } else if (step instanceof NetworkSpec.MaxPool pool) {
      return Pool.maxPool2dBlock(
          new Shape(pool.kernel(), pool.kernel()),
          new Shape(pool.stride(), pool.stride()),
          new Shape(pool.pad(), pool.pad()));
    } else if (step instanceof NetworkSpec.Dropout dropout) {
      return Dropout.builder().optRate((float) dropout.rate()).build();
    } else if (step instanceof NetworkSpec.GlobalMean) {
      return Pool.globalAvgPool2dBlock();
    } else if (step instanceof NetworkSpec.Linear linear) {
      return Linear.builder().setUnits(linear.out()).build();
    }
    return null;
  }

  private static Block convolution(int out, int kernel, int stride, int pad) {
    return Conv2d.builder()
        .setFilters(out)
        .setKernelShape(new Shape(kernel, kernel))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(pad, pad))
        .build();
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> ignored) {
    Map<String, NDArray> values = new HashMap<>();
    values.put(NetworkSpec.INPUT, inputs.singletonOrThrow());
    for (NetworkSpec.Node node : spec.nodes()) {
      NetworkSpec.Step step = node.step();
      List<NDArray> from =
          node.from().stream().map(name -> Objects.requireNonNull(values.get(name))).toList();
      Block block = blocks.get(step.name());
      NDArray value;
      if (block != null) {
        // A frozen normalisation keeps its statistics, too.
        boolean learns = training && !frozen.contains(step.name());
        value = block.forward(store, new NDList(from), learns).singletonOrThrow();
      } else if (step instanceof NetworkSpec.Concat) {
        value = NDArrays.concat(new NDList(from), 1);
      } else if (step instanceof NetworkSpec.Add) {
        value = from.get(0).add(from.get(1));
      } else if (step instanceof NetworkSpec.Flatten) {
        value = from.get(0).reshape(from.get(0).getShape().get(0), -1);
      } else if (step instanceof NetworkSpec.Join join) {
        value = from.get(0).reshape(joined(from.get(0).getShape(), join.views()));
      } else if (step instanceof NetworkSpec.Correlate correlate) {
        value = correlated(from.get(0), correlate);
      } else {
        throw new IllegalArgumentException("no block for " + step);
      }
      values.put(step.name(), value);
    }
    NDList outputs = new NDList();
    spec.outputs().forEach(name -> outputs.add(Objects.requireNonNull(values.get(name))));
    return outputs;
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
    shapes(
        inputs[0],
        (step, shape) -> {
          Block block = Objects.requireNonNull(blocks.get(step.name()));
          block.initialize(manager, type, shape);
        });
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    Map<String, Shape> shapes = shapes(inputs[0], (step, shape) -> {});
    return spec.outputs().stream().map(shapes::get).toArray(Shape[]::new);
  }

  private interface Visitor {
    void visit(NetworkSpec.Step step, Shape input);
  }

  private Map<String, Shape> shapes(Shape input, Visitor visitor) {
    Map<String, Shape> shapes = new HashMap<>(Map.of(NetworkSpec.INPUT, input));
    for (NetworkSpec.Node node : spec.nodes()) {
      NetworkSpec.Step step = node.step();
      List<Shape> from = new ArrayList<>();
      node.from().forEach(name -> from.add(Objects.requireNonNull(shapes.get(name))));
      Block block = blocks.get(step.name());
      Shape shape = from.get(0);
      if (block != null) {
        visitor.visit(step, shape);
        shape = block.getOutputShapes(new Shape[] {shape})[0];
      } else if (step instanceof NetworkSpec.Concat) {
        long[] sizes = shape.getShape().clone();
        sizes[1] = from.stream().mapToLong(s -> s.get(1)).sum();
        shape = new Shape(sizes);
      } else if (step instanceof NetworkSpec.Flatten) {
        shape =
            new Shape(
                shape.get(0), Arrays.stream(shape.getShape()).skip(1).reduce(1, (a, b) -> a * b));
      } else if (step instanceof NetworkSpec.Join join) {
        shape = joined(shape, join.views());
      } else if (step instanceof NetworkSpec.Correlate correlate) {
        shape =
            new Shape(
                shape.get(0) / correlate.views(), correlate.channels(), shape.get(2), shape.get(3));
      }
      shapes.put(step.name(), shape);
    }
    return shapes;
  }

  /** N·views × n × … becomes N × views·n × …, which leaves all values in their order. */
  private static Shape joined(Shape shape, int views) {
    long[] sizes = shape.getShape().clone();
    sizes[0] /= views;
    sizes[1] *= views;
    return new Shape(sizes);
  }

  private static NDArray correlated(NDArray maps, NetworkSpec.Correlate step) {
    Shape shape = maps.getShape();
    long height = shape.get(2);
    long width = shape.get(3);
    int reach = step.reach();
    NDArray centred =
        maps.sub(maps.mean(new int[] {3}, true).mean(new int[] {2}, true))
            .reshape(shape.get(0) / step.views(), step.views(), shape.get(1), height, width);
    NDList products = new NDList();
    for (int view = 1; view < step.views(); view++) {
      // As PyTorch pads: the last axis first.
      NDArray later = centred.get(":," + view).pad(new Shape(reach, reach, reach, reach), 0);
      for (int before = 0; before < view; before++) {
        NDArray earlier = centred.get(":," + before);
        for (int y = 0; y <= 2 * reach; y++) {
          for (int x = 0; x <= 2 * reach; x++) {
            String shift = ":,:," + y + ":" + (y + height) + "," + x + ":" + (x + width);
            products.add(earlier.mul(later.get(shift)).mean(new int[] {1}, true));
          }
        }
      }
    }
    return NDArrays.concat(products, 1);
  }
}
