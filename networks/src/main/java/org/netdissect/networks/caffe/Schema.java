package org.netdissect.networks.caffe;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which fields the messages of Caffe's text format have. What is not listed is refused, because a
 * field that is passed over would make another net.
 */
final class Schema {
  /** The message that a file holds. */
  static final String NET = "NetParameter";

  /** A layer of the last generation, and of the one before. */
  static final Set<String> LAYERS = Set.of("LayerParameter", "V1LayerParameter");

  /** What a field holds. */
  enum Kind {
    INTEGER,
    COUNT,
    REAL,
    FLAG,
    STRING,
    /** One of listed names, or its number. */
    CHOICE,
    /** Any identifier; nobody looks at it. */
    WORD,
    MESSAGE,
    /** A message of any content that nobody looks at. */
    ANY
  }

  /**
   * One field.
   *
   * @param message name of the message that it holds, for {@link Kind#MESSAGE}; otherwise null
   * @param choices names by number, for {@link Kind#CHOICE}; otherwise none
   */
  record Field(
      String name,
      Kind kind,
      boolean repeated,
      @Nullable String message,
      Map<Integer, String> choices) {}

  /**
   * A line per message: fields with their kinds; a star marks what may be repeated. Choices are
   * numbered from 0, or from the number before the colon.
   */
  private static final String TEXT =
      """
      NetParameter name:string input:string* input_dim:int* input_shape:BlobShape* force_backward:bool \
      state:NetState debug_info:bool layer:LayerParameter* layers:V1LayerParameter*
      BlobShape dim:int*
      NetState phase:TRAIN|TEST level:int stage:string*
      NetStateRule phase:TRAIN|TEST min_level:int max_level:int stage:string* not_stage:string*
      ParamSpec name:string share_mode:STRICT|PERMISSIVE lr_mult:real decay_mult:real
      FillerParameter type:string value:real min:real max:real mean:real std:real sparse:int \
      variance_norm:FAN_IN|FAN_OUT|AVERAGE
      TransformationParameter scale:real mirror:bool crop_size:count crop_h:count crop_w:count mean_file:string \
      mean_value:real* force_color:bool force_gray:bool resize_param:any noise_param:any distort_param:any \
      expand_param:any emit_constraint:any
      LayerParameter name:string type:string bottom:string* top:string* phase:TRAIN|TEST loss_weight:real* \
      param:ParamSpec* blobs:any* propagate_down:bool* include:NetStateRule* exclude:NetStateRule* \
      transform_param:TransformationParameter loss_param:any accuracy_param:any argmax_param:ArgMaxParameter \
      batch_norm_param:BatchNormParameter bias_param:BiasParameter clip_param:ClipParameter \
      concat_param:ConcatParameter contrastive_loss_param:any convolution_param:ConvolutionParameter \
      crop_param:CropParameter data_param:DataParameter dropout_param:any dummy_data_param:DummyDataParameter \
      eltwise_param:EltwiseParameter elu_param:ELUParameter embed_param:any exp_param:ExpParameter \
      flatten_param:FlattenParameter hdf5_data_param:HDF5DataParameter hdf5_output_param:any \
      hinge_loss_param:any image_data_param:ImageDataParameter infogain_loss_param:any \
      inner_product_param:InnerProductParameter input_param:InputParameter log_param:LogParameter \
      lrn_param:LRNParameter memory_data_param:MemoryDataParameter mvn_param:MVNParameter \
      norm_param:NormalizeParameter parameter_param:ParameterParameter permute_param:PermuteParameter \
      pooling_param:PoolingParameter power_param:PowerParameter prelu_param:PReLUParameter \
      python_param:any recurrent_param:any reduction_param:ReductionParameter relu_param:ReLUParameter \
      reshape_param:ReshapeParameter scale_param:ScaleParameter sigmoid_param:any \
      softmax_param:SoftmaxParameter spp_param:any slice_param:SliceParameter swish_param:SwishParameter \
      tanh_param:any threshold_param:ThresholdParameter tile_param:TileParameter \
      window_data_param:WindowDataParameter shuffle_channel_param:ShuffleChannelParameter \
      annotated_data_param:any
      V1LayerParameter bottom:string* top:string* name:string include:NetStateRule* exclude:NetStateRule* \
      type:word blobs:any* param:string* blob_share_mode:STRICT|PERMISSIVE* blobs_lr:real* weight_decay:real* \
      loss_weight:real* accuracy_param:any argmax_param:ArgMaxParameter concat_param:ConcatParameter \
      contrastive_loss_param:any convolution_param:ConvolutionParameter data_param:DataParameter \
      dropout_param:any dummy_data_param:DummyDataParameter eltwise_param:EltwiseParameter \
      exp_param:ExpParameter hdf5_data_param:HDF5DataParameter hdf5_output_param:any hinge_loss_param:any \
      image_data_param:ImageDataParameter infogain_loss_param:any inner_product_param:InnerProductParameter \
      lrn_param:LRNParameter memory_data_param:MemoryDataParameter mvn_param:MVNParameter \
      pooling_param:PoolingParameter power_param:PowerParameter relu_param:ReLUParameter sigmoid_param:any \
      softmax_param:SoftmaxParameter slice_param:SliceParameter tanh_param:any \
      threshold_param:ThresholdParameter window_data_param:WindowDataParameter \
      transform_param:TransformationParameter loss_param:any layer:V0LayerParameter
      V0LayerParameter name:string type:string num_output:count biasterm:bool weight_filler:FillerParameter \
      bias_filler:FillerParameter pad:count kernelsize:count group:count stride:count \
      pool:MAX|AVE|STOCHASTIC dropout_ratio:real local_size:count alpha:real beta:real k:real source:string \
      scale:real meanfile:string batchsize:count cropsize:count mirror:bool blobs:any* blobs_lr:real* \
      weight_decay:real* rand_skip:count det_fg_threshold:real det_bg_threshold:real det_fg_fraction:real \
      det_context_pad:count det_crop_mode:string new_num:int new_channels:int new_height:int new_width:int \
      shuffle_images:bool concat_dim:count hdf5_output_param:any
      ArgMaxParameter out_max_val:bool top_k:count axis:int
      BatchNormParameter use_global_stats:bool moving_average_fraction:real eps:real
      BiasParameter axis:int num_axes:int filler:FillerParameter
      ClipParameter min:real max:real
      ConcatParameter axis:int concat_dim:count
      ConvolutionParameter num_output:count bias_term:bool pad:count* kernel_size:count* stride:count* \
      dilation:count* pad_h:count pad_w:count kernel_h:count kernel_w:count stride_h:count stride_w:count \
      group:count weight_filler:FillerParameter bias_filler:FillerParameter engine:word axis:int \
      force_nd_im2col:bool
      CropParameter axis:int offset:count*
      DataParameter source:string batch_size:count rand_skip:count backend:word scale:real mean_file:string \
      crop_size:count mirror:bool force_encoded_color:bool prefetch:count
      DummyDataParameter data_filler:FillerParameter* shape:BlobShape* num:count* channels:count* \
      height:count* width:count*
      EltwiseParameter operation:PROD|SUM|MAX coeff:real* stable_prod_grad:bool
      ELUParameter alpha:real
      ExpParameter base:real scale:real shift:real
      FlattenParameter axis:int end_axis:int
      HDF5DataParameter source:string batch_size:count shuffle:bool
      ImageDataParameter source:string batch_size:count rand_skip:count shuffle:bool new_height:count \
      new_width:count is_color:bool scale:real mean_file:string crop_size:count mirror:bool \
      root_folder:string
      InnerProductParameter num_output:count bias_term:bool weight_filler:FillerParameter \
      bias_filler:FillerParameter axis:int transpose:bool
      InputParameter shape:BlobShape*
      LogParameter base:real scale:real shift:real
      LRNParameter local_size:count alpha:real beta:real norm_region:ACROSS_CHANNELS|WITHIN_CHANNEL k:real \
      engine:word
      MemoryDataParameter batch_size:count channels:count height:count width:count
      MVNParameter normalize_variance:bool across_channels:bool eps:real
      NormalizeParameter across_spatial:bool scale_filler:FillerParameter channel_shared:bool eps:real
      ParameterParameter shape:BlobShape
      PermuteParameter order:count*
      PoolingParameter pool:MAX|AVE|STOCHASTIC pad:count pad_h:count pad_w:count kernel_size:count \
      kernel_h:count kernel_w:count stride:count stride_h:count stride_w:count engine:word \
      global_pooling:bool round_mode:CEIL|FLOOR ceil_mode:bool
      PowerParameter power:real scale:real shift:real
      PReLUParameter filler:FillerParameter channel_shared:bool
      ReductionParameter operation:1:SUM|ASUM|SUMSQ|MEAN axis:int coeff:real
      ReLUParameter negative_slope:real engine:word
      ReshapeParameter shape:BlobShape axis:int num_axes:int
      ScaleParameter axis:int num_axes:int filler:FillerParameter bias_term:bool \
      bias_filler:FillerParameter
      ShuffleChannelParameter group:count
      SliceParameter axis:int slice_point:count* slice_dim:count
      SoftmaxParameter engine:word axis:int
      SwishParameter beta:real
      ThresholdParameter threshold:real
      TileParameter axis:int tiles:int
      WindowDataParameter source:string scale:real mean_file:string batch_size:count crop_size:count \
      mirror:bool fg_threshold:real bg_threshold:real fg_fraction:real context_pad:count crop_mode:string \
      cache_images:bool root_folder:string
      """;

  private static final Map<String, Map<String, Field>> MESSAGES = parsed();

  private Schema() {}

  /** A field by its message's and its own name, or null. */
  static @Nullable Field field(String message, String name) {
    return fields(message).get(name);
  }

  /** The name of the message that a field of a message holds. */
  static String message(String message, String field) {
    return Objects.requireNonNull(Objects.requireNonNull(field(message, field)).message());
  }

  /** The names of a message's fields. */
  static Collection<String> names(String message) {
    return fields(message).keySet();
  }

  private static Map<String, Field> fields(String message) {
    return Objects.requireNonNull(MESSAGES.get(message), message);
  }

  private static Map<String, Map<String, Field>> parsed() {
    Map<String, Map<String, Field>> messages = new HashMap<>();
    for (String line : TEXT.lines().toList()) {
      List<String> words = List.of(line.trim().split(" +", -1));
      Map<String, Field> fields = new LinkedHashMap<>();
      for (String word : words.subList(1, words.size())) {
        Field field = field(word);
        fields.put(field.name(), field);
      }
      messages.put(words.get(0), fields);
    }
    return messages;
  }

  private static Field field(String word) {
    boolean repeated = word.endsWith("*");
    int colon = word.indexOf(':');
    String name = word.substring(0, colon);
    String what = word.substring(colon + 1, word.length() - (repeated ? 1 : 0));
    return switch (what) {
      case "int" -> new Field(name, Kind.INTEGER, repeated, null, Map.of());
      case "count" -> new Field(name, Kind.COUNT, repeated, null, Map.of());
      case "real" -> new Field(name, Kind.REAL, repeated, null, Map.of());
      case "bool" -> new Field(name, Kind.FLAG, repeated, null, Map.of());
      case "string" -> new Field(name, Kind.STRING, repeated, null, Map.of());
      case "word" -> new Field(name, Kind.WORD, repeated, null, Map.of());
      case "any" -> new Field(name, Kind.ANY, repeated, null, Map.of());
      default ->
          what.contains("|")
              ? new Field(name, Kind.CHOICE, repeated, null, choices(what))
              : new Field(name, Kind.MESSAGE, repeated, what, Map.of());
    };
  }

  private static Map<Integer, String> choices(String what) {
    int colon = what.indexOf(':');
    int number = colon < 0 ? 0 : Integer.parseInt(what.substring(0, colon));
    Map<Integer, String> choices = new LinkedHashMap<>();
    for (String name : what.substring(colon + 1).split("\\|", -1)) {
      choices.put(number++, name);
    }
    return choices;
  }
}
