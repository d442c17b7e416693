package org.netdissect.datasets.drawn;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.FileNames;
import org.netdissect.datasets.reading.JsonHead;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;

/**
 * Labelme's json files, one a photograph, beside the photographs or in a folder of their own.
 * Polygons, circles and masks are shapes; rectangles are boxes; lines and points cover nothing.
 */
public final class LabelmeFormat implements DatasetFormat {
  /** Json files of a folder that are looked at. */
  private static final int LOOKED_AT = 3;

  /** Levels of folders that are searched for json files. */
  private static final int DEEPEST = 6;

  @Override
  public String name() {
    return "labelme";
  }

  @Override
  public Recognition recognise(Listing at) {
    return Recognition.claimedIf(
        holds(at) || at.folders().stream().anyMatch(name -> holds(at.in(name))));
  }

  private static boolean holds(Listing at) {
    return at.filesEnding(".json").stream()
        .limit(LOOKED_AT)
        .anyMatch(name -> isLabelme(at.folder().resolve(name)));
  }

  private static boolean isLabelme(Path file) {
    Set<String> names = JsonHead.names(file);
    return names.contains("shapes")
        && (names.contains("version")
            || names.contains("flags")
            || names.contains("imagePath")
            || names.contains("imageHeight"));
  }

  @Override
  public ReadDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    List<String> files = new ArrayList<>();
    collect(Listing.of(folder), "", DEEPEST, files);
    List<LabelmeFile> heads =
        files.parallelStream().map(name -> LabelmeFile.of(folder.resolve(name))).toList();
    List<String> photos = PhotoFiles.below(folder);
    Photos known = new Photos(photos);
    DrawnImages found = new DrawnImages();
    TreeSet<String> labels = new TreeSet<>();
    Set<String> used = new HashSet<>();
    for (int i = 0; i < heads.size(); i++) {
      LabelmeFile head = heads.get(i);
      if (head.problem() != null) {
        found.orphans.add(head.problem());
        continue;
      } else if (!head.isLabelme()) {
        continue;
      }
      String photo = known.of(files.get(i), head.imagePath());
      if (photo == null) {
        found.orphans.add(
            Text.oneLine(head.file().toString())
                + ": its photograph "
                + Text.quoted(head.imagePath())
                + " is not there");
        continue;
      }
      used.add(photo);
      labels.addAll(head.labels());
      found.boxes += head.boxes();
      found.lines += head.lines();
      found.shapes += head.shapes();
      found.images.add(
          new DrawnImages.Image(
              photo,
              folder.resolve(photo),
              head.height(),
              head.width(),
              head.file(),
              row -> LabelmeFile.shapes(head.file())));
    }
    found.unlabelled = photos.size() - used.size();
    found.labels.addAll(labels);
    return new DrawnDataset(folder, name(), found, options);
  }

  private static void collect(Listing at, String prefix, int levels, List<String> files) {
    at.filesEnding(".json").forEach(name -> files.add(prefix + name));
    if (levels > 1) {
      for (String name : at.folders()) {
        collect(at.in(name), prefix + name + "/", levels - 1, files);
      }
    }
  }

  /** Finds photographs by what a json file says of them. */
  private static final class Photos {
    private final Map<String, String> byPath = new HashMap<>();
    private final Map<String, String> byStem = new HashMap<>();

    /** By file name alone; blank where several have it. */
    private final Map<String, String> byName = new HashMap<>();

    Photos(List<String> photos) {
      for (String photo : photos) {
        byPath.put(photo, photo);
        byStem.putIfAbsent(PhotoFiles.stem(photo), photo);
        byName.merge(photo.substring(photo.lastIndexOf('/') + 1), photo, (a, b) -> "");
      }
    }

    /** The photograph of a json file: beside it, or the only one of its name; or null. */
    @Nullable String of(String json, String imagePath) {
      String folder = json.substring(0, json.lastIndexOf('/') + 1);
      String name = FileNames.clean(imagePath);
      String last = name.substring(name.lastIndexOf('/') + 1);
      String found = byPath.get(folder + name);
      found = found != null ? found : byPath.get(folder + last);
      if (found == null && !last.isEmpty()) {
        String only = byName.get(last);
        found = only == null || only.isEmpty() ? null : only;
      }
      // Renamed together with its photograph, or converted to another kind of picture.
      return found != null ? found : byStem.get(PhotoFiles.stem(json));
    }
  }
}
