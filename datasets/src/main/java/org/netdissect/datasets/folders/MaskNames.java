package org.netdissect.datasets.folders;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netdissect.datasets.reading.PhotoFiles;

/** What names of files say of masks that lie beside their photographs. */
final class MaskNames {
  /** Endings that tell a mask from its photograph: "x_mask.png", "x_parts_1.png". */
  private static final Pattern ENDING =
      Pattern.compile(
          "(.+)[_\\-. ](mask|masks|seg|segm|segmentation|gt|groundtruth|label|labels|labelids"
              + "|labeltrainids|labeled|labelled|annotation|annotations|anno|matte|trimap"
              + "|parts?|object|material|color|l)(_\\d+)?",
          Pattern.CASE_INSENSITIVE);

  /** Endings that photographs have where masks have one of theirs: "x_sat.jpg". */
  private static final Pattern PHOTO_ENDING =
      Pattern.compile(
          "(.+)[_\\-. ](sat|image|img|photo|rgb|leftimg8bit)", Pattern.CASE_INSENSITIVE);

  private MaskNames() {}

  /** A mask's stem without its ending, or null when it has none. */
  static @Nullable String withoutEnding(String stem) {
    Matcher matcher = ENDING.matcher(stem);
    return matcher.matches() ? matcher.group(1) : null;
  }

  /** A photograph's stem without the ending that photographs have; the stem itself without one. */
  static String ofPhoto(String stem) {
    Matcher matcher = PHOTO_ENDING.matcher(stem);
    return matcher.matches() ? matcher.group(1) : stem;
  }

  /**
   * One of these files that is named as a mask of another one of them, or null. The files may lie
   * in folders.
   */
  static @Nullable String maskAmong(List<String> names) {
    Set<String> stems = new HashSet<>();
    Set<String> ofJpeg = new HashSet<>();
    for (String name : names) {
      String stem = PhotoFiles.stem(name);
      stems.add(stem);
      stems.add(ofPhoto(stem));
      if (!isPng(name)) {
        ofJpeg.add(stem);
      }
    }
    String first = null;
    int masks = 0; // by their endings
    int twins = 0; // a PNG and another picture of one name
    for (String name : names) {
      String stem = PhotoFiles.stem(name);
      String base = withoutEnding(stem);
      boolean mask = base != null && stems.contains(base);
      boolean twin = !mask && isPng(name) && ofJpeg.contains(stem);
      if (mask || twin) {
        first = first == null ? name : first;
        masks += mask ? 1 : 0;
        twins += twin ? 1 : 0;
      }
    }
    // One "dog_color.png" beside "dog.jpg" is a photograph still.
    return masks * 4 >= names.size() || twins * 5 >= names.size() * 2 ? first : null;
  }

  static boolean isPng(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(".png");
  }
}
