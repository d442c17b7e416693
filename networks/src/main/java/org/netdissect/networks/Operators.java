package org.netdissect.networks;

import static org.netdissect.networks.Operators.Trait.ACTIVATION;
import static org.netdissect.networks.Operators.Trait.AFFINE;
import static org.netdissect.networks.Operators.Trait.ATTENTION;
import static org.netdissect.networks.Operators.Trait.BOUND;
import static org.netdissect.networks.Operators.Trait.CONVOLUTION;
import static org.netdissect.networks.Operators.Trait.COPY;
import static org.netdissect.networks.Operators.Trait.ELEMENTWISE;
import static org.netdissect.networks.Operators.Trait.GATE;
import static org.netdissect.networks.Operators.Trait.GLOBAL_POOL;
import static org.netdissect.networks.Operators.Trait.NORMALISATION;
import static org.netdissect.networks.Operators.Trait.ONE_OUTPUT;
import static org.netdissect.networks.Operators.Trait.POOL;
import static org.netdissect.networks.Operators.Trait.PRODUCT;
import static org.netdissect.networks.Operators.Trait.RESIZE;
import static org.netdissect.networks.Operators.Trait.SHAPE;
import static org.netdissect.networks.Operators.Trait.SHAPE_ONLY;
import static org.netdissect.networks.Operators.Trait.SPATIAL;
import static org.netdissect.networks.Operators.Trait.WEIGHTED;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What each operator of ONNX, and of ONNX Runtime's own domain, does: the one table that all who
 * read a graph look into. To teach a new operator, add its row here; an operator without a row is
 * taken for one that may do anything.
 */
final class Operators {
  /** A property of an operator. */
  enum Trait {
    /** Each cell of the output depends on the cells at its own place, which may be spread to it. */
    ELEMENTWISE,
    /** Reads N × C × H × W by its definition. */
    SPATIAL,
    /** A window slides over rows and columns, each output channel a sum over input channels. */
    CONVOLUTION,
    /** A window slides over rows and columns of each channel. */
    POOL,
    /** Makes one cell of all rows and columns. */
    GLOBAL_POOL,
    /** Changes the number of rows and columns by interpolation. */
    RESIZE,
    /** Has trained weights that mix channels, if one of its operands is constant. */
    WEIGHTED,
    /** A matrix product. */
    PRODUCT,
    /** Attention over tokens as one operator. */
    ATTENTION,
    /** A nonlinearity between layers. */
    ACTIVATION,
    /** Cuts values off at a constant, so that many can be equal. */
    BOUND,
    /** What the gate of a decomposed activation, x · gate(x), may be made of. */
    GATE,
    /** Batch, instance, group and layer norm. */
    NORMALISATION,
    /** With a constant: a bias or a folded normalisation. */
    AFFINE,
    /** Gives the values it is given, in the same or another shape. */
    COPY,
    /** Its output's shape is a rearrangement of its input's. */
    SHAPE,
    /** All outputs but the first are by-products, often not even computed. */
    ONE_OUTPUT,
    /** Gives sizes, not values. */
    SHAPE_ONLY
  }

  private static final Map<String, Set<Trait>> TABLE = new HashMap<>();

  static {
    // Windows over rows and columns.
    row("Conv", CONVOLUTION, SPATIAL, WEIGHTED);
    row("ConvInteger", CONVOLUTION, SPATIAL, WEIGHTED);
    row("DeformConv", CONVOLUTION, SPATIAL, WEIGHTED);
    row("FusedConv", CONVOLUTION, SPATIAL, WEIGHTED);
    row("QLinearConv", CONVOLUTION, SPATIAL, WEIGHTED);
    row("ConvTranspose", SPATIAL, WEIGHTED);
    row("AveragePool", POOL, SPATIAL);
    row("LpPool", POOL, SPATIAL);
    row("MaxPool", POOL, SPATIAL, ONE_OUTPUT);
    row("QLinearAveragePool", POOL, SPATIAL);
    row("GlobalAveragePool", GLOBAL_POOL, SPATIAL);
    row("GlobalLpPool", GLOBAL_POOL, SPATIAL);
    row("GlobalMaxPool", GLOBAL_POOL, SPATIAL);
    row("QLinearGlobalAveragePool", GLOBAL_POOL, SPATIAL);
    row("Resize", RESIZE, SPATIAL);
    row("Upsample", RESIZE, SPATIAL);
    row("DepthToSpace", SPATIAL);
    row("GridSample", SPATIAL);
    row("SpaceToDepth", SPATIAL);

    // Products.
    row("FusedGemm", PRODUCT, WEIGHTED);
    row("Gemm", PRODUCT, WEIGHTED);
    row("QGemm", PRODUCT, WEIGHTED);
    row("FusedMatMul", PRODUCT, WEIGHTED);
    row("MatMul", PRODUCT, WEIGHTED);
    row("MatMulInteger", PRODUCT, WEIGHTED);
    row("MatMulIntegerToFloat", PRODUCT, WEIGHTED);
    row("DynamicQuantizeMatMul", PRODUCT, WEIGHTED);
    row("MatMulNBits", PRODUCT, WEIGHTED);
    row("QLinearMatMul", PRODUCT, WEIGHTED);
    row("Einsum", PRODUCT, WEIGHTED);
    row("Attention", ATTENTION, ONE_OUTPUT);
    row("MultiHeadAttention", ATTENTION, ONE_OUTPUT);
    row("PackedAttention", ATTENTION, ONE_OUTPUT);
    row("QAttention", ATTENTION, ONE_OUTPUT);

    // Normalisations.
    row("BatchNormalization", NORMALISATION, ELEMENTWISE, SPATIAL, ONE_OUTPUT);
    row("GroupNorm", NORMALISATION, ELEMENTWISE, ONE_OUTPUT);
    row("GroupNormalization", NORMALISATION, ELEMENTWISE, SPATIAL);
    row("InstanceNormalization", NORMALISATION, ELEMENTWISE, SPATIAL);
    row("LRN", ELEMENTWISE, SPATIAL, ONE_OUTPUT);
    row("LayerNormalization", NORMALISATION, ELEMENTWISE, ONE_OUTPUT);
    row("LpNormalization", ELEMENTWISE);
    row("MeanVarianceNormalization", ELEMENTWISE);
    row("RMSNormalization", NORMALISATION, ELEMENTWISE, ONE_OUTPUT);
    row("SimplifiedLayerNormalization", NORMALISATION, ELEMENTWISE, ONE_OUTPUT);
    // The fourth output of these is the sum that was normalised, which later blocks add to.
    row("SkipLayerNormalization", NORMALISATION, ELEMENTWISE);
    row("SkipSimplifiedLayerNormalization", NORMALISATION, ELEMENTWISE);

    // Nonlinearities.
    for (String op :
        new String[] {
          "BiasGelu",
          "Celu",
          "Elu",
          "FastGelu",
          "Gelu",
          "HardSwish",
          "LeakyRelu",
          "Mish",
          "PRelu",
          "QLinearLeakyRelu",
          "QuickGelu",
          "ScaledTanh",
          "Selu",
          "Shrink",
          "Softsign",
          "Swish",
          "ThresholdedRelu"
        }) {
      row(op, ACTIVATION, ELEMENTWISE);
    }
    row("Clip", ACTIVATION, BOUND, GATE, ELEMENTWISE);
    row("HardSigmoid", ACTIVATION, BOUND, GATE, ELEMENTWISE);
    row("QLinearSigmoid", ACTIVATION, BOUND, ELEMENTWISE);
    row("Relu", ACTIVATION, GATE, ELEMENTWISE);
    row("Sigmoid", ACTIVATION, BOUND, GATE, ELEMENTWISE);
    row("Softplus", ACTIVATION, GATE, ELEMENTWISE);
    row("Tanh", ACTIVATION, BOUND, GATE, ELEMENTWISE);

    // Arithmetic.
    row("Add", AFFINE, GATE, ELEMENTWISE);
    row("BiasAdd", ELEMENTWISE);
    row("Div", AFFINE, GATE, ELEMENTWISE);
    row("Erf", GATE, ELEMENTWISE);
    row("Exp", GATE, ELEMENTWISE);
    row("Log", GATE, ELEMENTWISE);
    row("Max", GATE, ELEMENTWISE);
    row("Min", GATE, ELEMENTWISE);
    row("Mul", AFFINE, GATE, ELEMENTWISE);
    row("Neg", GATE, ELEMENTWISE);
    row("Pow", GATE, ELEMENTWISE);
    row("Sub", AFFINE, GATE, ELEMENTWISE);
    for (String op :
        new String[] {
          "Abs",
          "Acos",
          "Acosh",
          "And",
          "Asin",
          "Asinh",
          "Atan",
          "Atanh",
          "Bernoulli",
          "BitShift",
          "CastLike",
          "Ceil",
          "Cos",
          "Cosh",
          "DequantizeLinear",
          "Equal",
          "Floor",
          "Greater",
          "GreaterOrEqual",
          "IsInf",
          "IsNaN",
          "Less",
          "LessOrEqual",
          "Mean",
          "Mod",
          "Not",
          "Or",
          "QLinearAdd",
          "QLinearMul",
          "QuantizeLinear",
          "Reciprocal",
          "Round",
          "Sign",
          "Sin",
          "Sinh",
          "Sqrt",
          "Sum",
          "Tan",
          "Where",
          "Xor"
        }) {
      row(op, ELEMENTWISE);
    }

    // Copies and other shapes.
    row("Cast", COPY, ELEMENTWISE);
    row("Dropout", COPY, ELEMENTWISE, ONE_OUTPUT);
    row("Identity", COPY, ELEMENTWISE);
    row("Flatten", COPY, SHAPE);
    row("Reshape", COPY, SHAPE);
    row("Squeeze", COPY, SHAPE);
    row("Transpose", COPY, SHAPE);
    row("Unsqueeze", COPY, SHAPE);
    row("Shape", SHAPE_ONLY);
    row("Size", SHAPE_ONLY);
  }

  private Operators() {}

  private static void row(String op, Trait... traits) {
    if (TABLE.put(op, EnumSet.of(traits[0], traits)) != null) {
      throw new IllegalStateException("two rows: " + op);
    }
  }

  static boolean is(OnnxNode node, Trait trait) {
    return is(node.op(), trait);
  }

  static boolean is(String op, Trait trait) {
    Set<Trait> traits = TABLE.get(op);
    return traits != null && traits.contains(trait);
  }

  /** Sums, means and the like over axes, and where the largest or smallest lies. */
  static boolean isReduction(OnnxNode node) {
    return node.op().startsWith("Reduce") || isArg(node);
  }

  /** Gives places instead of values. */
  static boolean isArg(OnnxNode node) {
    return node.op().startsWith("Arg");
  }
}
