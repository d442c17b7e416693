package org.netdissect.datasets.drawn;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.FileNames;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.PhotoPlaces;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;

/**
 * What CVAT calls "CVAT for images": annotations.xml and the photographs, beside it or in a folder
 * "images". Polygons, ellipses and masks are shapes; boxes are boxes; lines, points and tags cover
 * nothing.
 */
public final class CvatFormat implements DatasetFormat {
  private static final int LOOKED_AT = 3;

  @Override
  public String name() {
    return "cvat";
  }

  @Override
  public Recognition recognise(Listing at) {
    for (Path file : candidates(at)) {
      switch (CvatFile.look(file)) {
        case IMAGES -> {
          return Recognition.CLAIMED;
        }
        case VIDEO -> {
          return Recognition.refused(
              Text.oneLine(file.toString())
                  + " is \"CVAT for video\", which names no photographs; export it as \"CVAT for"
                  + " images\" or as COCO");
        }
        case BOXES_OF_VOC -> {
          return Recognition.refused(
              Text.oneLine(file.toString())
                  + " holds boxes in PASCAL VOC's xml, which are no shapes and are not read;"
                  + " convert them to COCO and read them with --boxes");
        }
        case OTHER -> {}
      }
    }
    return Recognition.NONE;
  }

  private static List<Path> candidates(Listing at) {
    return at.filesEnding(".xml").stream()
        .limit(LOOKED_AT)
        .map(name -> at.folder().resolve(name))
        .toList();
  }

  @Override
  public ReadDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    List<Path> files = new ArrayList<>();
    Listing at = Listing.of(folder);
    for (String name : at.filesEnding(".xml")) {
      if (CvatFile.look(folder.resolve(name)) == CvatFile.Kind.IMAGES) {
        files.add(folder.resolve(name));
      }
    }
    if (files.isEmpty()) {
      throw new DataException(
          "no xml file of \"CVAT for images\" in " + Text.oneLine(folder.toString()));
    }
    DrawnImages found = new DrawnImages();
    TreeSet<String> labels = new TreeSet<>();
    Set<Path> used = new HashSet<>();
    for (Path file : files) {
      addAll(folder, file, found, labels, used);
    }
    found.unlabelled = Math.max(0, PhotoFiles.below(folder).size() - used.size());
    found.labels.addAll(labels);
    return new DrawnDataset(folder, name(), found, options);
  }

  private static void addAll(
      Path folder, Path file, DrawnImages found, Set<String> labels, Set<Path> used)
      throws DataException {
    List<CvatFile.Image> images = CvatFile.read(file);
    List<String> names = images.stream().map(image -> FileNames.clean(image.name())).toList();
    for (int i = 0; i < names.size(); i++) {
      String complaint = Folders.complaint(names.get(i));
      if (complaint != null) {
        throw new DataException(Text.oneLine(file.toString()) + ": " + complaint);
      }
    }
    if (images.isEmpty()) {
      throw new DataException(Text.oneLine(file.toString()) + " lists no image");
    }
    PhotoPlaces.Place place = PhotoPlaces.of(file, names, folder);
    Path base = folder.toAbsolutePath().normalize();
    for (int i = 0; i < images.size(); i++) {
      CvatFile.Image image = images.get(i);
      Path photo = place.photo(names.get(i));
      used.add(photo);
      image.shapes().forEach(one -> labels.add(one.label()));
      found.boxes += image.shapes().stream().filter(one -> one.shape().isBox()).count();
      found.lines += image.shapes().stream().filter(one -> !one.shape().hasArea()).count();
      found.shapes += image.shapes().size();
      found.images.add(
          new DrawnImages.Image(
              photo.startsWith(base)
                  ? base.relativize(photo).toString().replace('\\', '/')
                  : names.get(i),
              photo,
              image.height(),
              image.width(),
              file,
              row -> {
                if (image.problem() != null) {
                  throw new DataException(image.problem());
                }
                return image.shapes();
              }));
    }
  }
}
