package org.netdissect.lab.train;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a network is trained to tell of an image. */
public enum Task {
  /** Its one label: the scene of a Broden folder, the folder's name in a folder of classes. */
  SCENE,
  /** Which objects it shows, each on its own; needs a Broden folder. */
  OBJECT,
  /** By how many quarter turns it was turned (Gidaris et al. 2018). */
  ROTATION,
  /** Where one patch lies of another, among eight places (Doersch et al. 2015). */
  CONTEXT,
  /** In which of 24 orders the nine tiles of an image are shown (Noroozi &amp; Favaro 2016). */
  PUZZLE,
  /** The colour of every place, from brightness alone (Zhang et al. 2016). */
  COLORIZATION,
  /** Colour from brightness and brightness from colour, by two halves (Zhang et al. 2017). */
  CROSSCHANNEL,
  /** The image itself, through a narrow code (Hinton &amp; Salakhutdinov 2006). */
  AUTOENCODING,
  /** Which other altered picture shows the same image (SimCLR, Chen et al. 2020). */
  CONTRASTIVE,
  /** How the camera moved between two views (Agrawal et al. 2015); needs a world's folder. */
  EGOMOTION,
  /** Whether three views of a moving camera are in order (Misra et al. 2016); needs a world's. */
  VIDEOORDER;

  /**
   * The task of a name in lower case.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Task of(String name) {
    for (Task task : values()) {
      if (task.lowerCase().equals(name)) {
        return task;
      }
    }
    throw new IllegalArgumentException(
        "unknown task \""
            + name
            + "\": "
            + Arrays.stream(values()).map(Task::lowerCase).collect(Collectors.joining(", ")));
  }

  /** Its name as people type it. */
  public String lowerCase() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it takes the labels that people gave; the others make their own. */
  public boolean supervised() {
    return this == SCENE || this == OBJECT;
  }

  /** Whether the network takes one whole image and ends in a classifier. */
  boolean classifiesWholeImage() {
    return supervised() || this == ROTATION;
  }

  /** Pictures that the network is shown of one image, each through the same trunk. */
  int views() {
    return switch (this) {
      case PUZZLE -> 9;
      case VIDEOORDER -> 3;
      case CONTEXT, CONTRASTIVE, EGOMOTION -> 2;
      default -> 1;
    };
  }

  /** Whether it needs views that only the made-up world can render. */
  public boolean needsWorld() {
    return this == EGOMOTION || this == VIDEOORDER;
  }
}
