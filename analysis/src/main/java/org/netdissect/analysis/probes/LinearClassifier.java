package org.netdissect.analysis.probes;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import java.util.Random;

/**
 * A linear support vector machine, one class against the rest: LIBLINEAR (Fan et al., 2008) with
 * its usual solver, tolerance 0.1 and no bias, as its command {@code train -s 1 -c C} has it.
 */
final class LinearClassifier {
  private static final double TOLERANCE = 0.1;

  static {
    Linear.disableDebugOutput();
  }

  private final Model model;

  private LinearClassifier(Model model) {
    this.model = model;
  }

  /**
   * Accuracies on a test set.
   *
   * @param byClass averaged over the classes that it has images of
   * @param overall over all images
   */
  record Accuracy(double byClass, double overall) {}

  /** The features other than 0, as LIBLINEAR wants them. */
  static Feature[] sparse(float[] features) {
    int count = 0;
    for (float value : features) {
      count += value != 0 ? 1 : 0;
    }
    Feature[] sparse = new Feature[count];
    int at = 0;
    for (int f = 0; f < features.length; f++) {
      if (features[f] != 0) {
        sparse[at++] = new FeatureNode(f + 1, features[f]);
      }
    }
    return sparse;
  }

  /**
   * Trains one.
   *
   * @param classes of the images, from 0
   * @param size features of an image
   */
  static LinearClassifier train(Feature[][] images, int[] classes, int size, double cost) {
    Problem problem = new Problem();
    problem.l = images.length;
    problem.n = size;
    problem.x = images;
    problem.y = new double[classes.length];
    for (int i = 0; i < classes.length; i++) {
      problem.y[i] = classes[i];
    }
    Parameter parameter = new Parameter(SolverType.L2R_L2LOSS_SVC_DUAL, cost, TOLERANCE);
    parameter.setRandom(new Random(0));
    return new LinearClassifier(Linear.train(problem, parameter));
  }

  Accuracy test(Feature[][] images, int[] classes, int count) {
    int[] right = new int[count];
    int[] all = new int[count];
    int rights = 0;
    for (int i = 0; i < images.length; i++) {
      boolean hit = (int) Linear.predict(model, images[i]) == classes[i];
      right[classes[i]] += hit ? 1 : 0;
      all[classes[i]]++;
      rights += hit ? 1 : 0;
    }
    double sum = 0;
    int met = 0;
    for (int c = 0; c < count; c++) {
      if (all[c] > 0) {
        sum += (double) right[c] / all[c];
        met++;
      }
    }
    return new Accuracy(sum / met, (double) rights / images.length);
  }
}
