package org.netdissect.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Preprocessing;

/**
 * What {@code --preprocess} says: NAME or FILE for all models, MODEL=NAME or MODEL=FILE for one.
 */
final class PreprocessOption {
  private PreprocessOption() {}

  /**
   * The preprocessing of each model, in their order.
   *
   * @param given as often as the option stands
   * @throws UsageException if two are given for one model
   * @throws ModelException if a name or file is none
   */
  static List<Preprocessing> of(List<String> given, List<Path> models) throws ModelException {
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
        forAll = Preprocessing.of(text);
        continue;
      }
      Preprocessing preprocessing = Preprocessing.of(text.substring(equals + 1));
      for (int model : meant) {
        if (own[model] != null) {
          throw new UsageException("--preprocess is given twice for " + models.get(model));
        }
        own[model] = preprocessing;
      }
    }
    List<Preprocessing> all = new ArrayList<>();
    for (Preprocessing preprocessing : own) {
      Preprocessing otherwise = forAll == null ? Preprocessing.TORCH : forAll;
      all.add(preprocessing == null ? otherwise : preprocessing);
    }
    return all;
  }

  /** Models by path, file name, or file name without its ending. */
  private static List<Integer> modelsCalled(String name, List<Path> models) {
    List<Integer> called = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      String file = String.valueOf(models.get(i).getFileName());
      if (name.equals(models.get(i).toString())
          || name.equals(file)
          || name.equals(file.replaceFirst("\\.onnx$", ""))) {
        called.add(i);
      }
    }
    return called;
  }
}
