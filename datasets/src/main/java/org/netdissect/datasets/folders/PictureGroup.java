package org.netdissect.datasets.folders;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.threads.Workers;
import org.netdissect.datasets.reading.MaskLook;
import org.netdissect.pictures.PictureKind;

/**
 * Pictures of one folder, the JPEGs apart from the others, of which a few are looked at: are they
 * masks?
 */
final class PictureGroup {
  /** Pictures that are looked at. */
  private static final int SAMPLED = 5;

  /** Groups that are looked at, spread over all of them. */
  private static final int MOST_LOOKED_AT = 2_000;

  private final List<String> names = new ArrayList<>();

  private @Nullable String look;
  private String example = "";

  private PictureGroup() {}

  /**
   * Parts pictures into groups and looks at those that are no JPEGs: masks hardly ever are.
   *
   * @param names of pictures below the folder
   */
  static List<PictureGroup> of(Path folder, Collection<String> names) throws DataException {
    Map<String, PictureGroup> groups = new TreeMap<>();
    List<PictureGroup> sharp = new ArrayList<>();
    for (String name : names) {
      boolean jpeg = PictureKind.ofName(name) == PictureKind.JPEG;
      PictureGroup group =
          groups.computeIfAbsent(
              name.substring(0, name.lastIndexOf('/') + 1) + (jpeg ? "j" : "p"),
              key -> new PictureGroup());
      if (group.names.isEmpty() && !jpeg) {
        sharp.add(group);
      }
      group.names.add(name);
    }
    lookAt(folder, spread(sharp, MOST_LOOKED_AT));
    return List.copyOf(groups.values());
  }

  /** Looks at pictures of a group of JPEGs, too. */
  void lookAt(Path folder) throws DataException {
    lookAt(folder, List.of(this));
  }

  private static void lookAt(Path folder, List<PictureGroup> groups) throws DataException {
    try {
      Workers.run(
          Runtime.getRuntime().availableProcessors(),
          groups.size(),
          "looks",
          () -> i -> groups.get(i).look(folder));
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot look at the pictures of " + folder, e);
    }
  }

  /** Most of them must look like masks: one photograph may be a blank, one mask a crowd. */
  private void look(Path folder) {
    List<String> sample = spread(names, SAMPLED);
    int others = 0;
    for (String name : sample) {
      String one = MaskLook.of(folder.resolve(name));
      if (one != null && look == null) {
        look = one;
        example = name;
      }
      if (one == null && ++others * SAMPLED > sample.size()) {
        look = null;
        return;
      }
    }
  }

  /** So many of a list, spread over it evenly. */
  private static <T> List<T> spread(List<T> all, int most) {
    int n = Math.min(most, all.size());
    List<T> some = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      some.add(all.get((int) ((long) i * all.size() / n)));
    }
    return some;
  }

  /** The pictures' names below the folder. */
  List<String> names() {
    return names;
  }

  /** Whether they look like masks; of JPEGs only after {@link #lookAt}. */
  boolean isOfMasks() {
    return look != null;
  }

  /** What the example looks like: "grey with 3 values". */
  @Nullable String look() {
    return look;
  }

  /** A picture that looks like a mask. */
  String example() {
    return example;
  }
}
