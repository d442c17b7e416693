package org.netdissect.app;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.netdissect.base.files.TypedPath;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.caffe.CaffeMean;

/**
 * What {@code --preprocess} says: NAME or FILE for all models, MODEL=NAME or MODEL=FILE for one.
 */
final class PreprocessOption {
  private PreprocessOption() {}

  /**
   * The preprocessing of each model, in their order; null where none is given.
   *
   * @param given as often as the option stands
   * @throws UsageException if two are given for one model
   * @throws IOException if a name or file is none
   */
  static List<Preprocessing> of(List<String> given, List<Path> models) throws IOException {
    Preprocessing forAll = null;
    Preprocessing[] own = new Preprocessing[models.size()];
    for (String text : given) {
      int equals = text.indexOf('=');
      List<Integer> meant =
          equals < 0 ? List.of() : modelsCalled(text.substring(0, equals), models);
      if (meant.isEmpty()) {
        if (forAll != null) {
          throw new UsageException(
              "--preprocess stands once for all models, or once for each as MODEL=NAME; no model"
                  + " is called as in "
                  + text);
        }
        forAll = one(text);
        continue;
      }
      Preprocessing preprocessing = one(text.substring(equals + 1));
      for (int model : meant) {
        if (own[model] != null) {
          throw new UsageException("--preprocess is given twice for " + models.get(model));
        }
        own[model] = preprocessing;
      }
    }
    List<Preprocessing> all = new ArrayList<>();
    for (Preprocessing preprocessing : own) {
      all.add(preprocessing == null ? forAll : preprocessing);
    }
    return all;
  }

  /** One by name or from a file: ours in JSON, or a mean in one of Caffe's formats. */
  static Preprocessing one(String text) throws IOException {
    String low = text.toLowerCase(Locale.ROOT);
    return low.endsWith(".binaryproto") || low.endsWith(".npy")
        ? CaffeMean.read(TypedPath.of(text))
        : Preprocessing.of(text);
  }

  /** The same with what a network usually takes where none is given. */
  static List<Preprocessing> completed(List<Preprocessing> given, List<Network> networks) {
    List<Preprocessing> all = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      all.add(given.get(i) == null ? networks.get(i).usualPreprocessing() : given.get(i));
    }
    return all;
  }

  /** How the usual preprocessing of a network is announced. */
  static String usual(Network network) {
    if (network.usualPreprocessing().equals(Preprocessing.NONE)) {
      return "preprocessing: none, since the network takes bytes; choose with --preprocess";
    }
    return network.usualPreprocessing().equals(Preprocessing.NETDISSECT)
        ? "preprocessing: netdissect (BGR minus 109.5388, 118.6897, 124.6901); choose with"
            + " --preprocess"
        : "preprocessing: torch (RGB/255, ImageNet mean and std); choose with --preprocess";
  }

  /** Models by path, file name, or file name without its ending. */
  private static List<Integer> modelsCalled(String name, List<Path> models) {
    List<Integer> called = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      String file = String.valueOf(models.get(i).getFileName());
      if (isPathOf(name, models.get(i))
          || name.equals(file)
          || name.equals(file.replaceFirst("\\.(onnx|prototxt)$", ""))) {
        called.add(i);
      }
    }
    return called;
  }

  private static boolean isPathOf(String name, Path model) {
    try {
      return TypedPath.of(name).equals(model);
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
