package org.netdissect.lab.train;

import java.util.Locale;

/** What a network is trained to tell of an image. */
public enum Task {
  /** Its one label: the scene of a Broden folder, the folder's name in a folder of classes. */
  SCENE,
  /** Which objects it shows, each on its own; needs a Broden folder. */
  OBJECT,
  /** By how many quarter turns it was turned (Gidaris et al. 2018); needs no labels. */
  ROTATION;

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
    throw new IllegalArgumentException("unknown task \"" + name + "\": scene, object or rotation");
  }

  /** Its name as people type it. */
  public String lowerCase() {
    return name().toLowerCase(Locale.ROOT);
  }
}
