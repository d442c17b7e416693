package org.netdissect.datasets.folders;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.Unlabelled;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.VocabularyBuilder;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.datasets.reading.Stamper;
import org.netdissect.pictures.PhotoHeader;

/** All photographs below a folder, without any label. */
final class PhotoDataset implements ReadDataset {
  private final Path folder;
  private final Vocabulary vocabulary;
  private final List<ImageRow> rows;
  private final List<String> remarks;

  private PhotoDataset(
      Path folder, Vocabulary vocabulary, List<ImageRow> rows, List<String> remarks) {
    this.folder = folder;
    this.vocabulary = vocabulary;
    this.rows = rows;
    this.remarks = remarks;
  }

  /**
   * Opens a folder.
   *
   * @throws DataException when it is none, or no photograph is below it
   */
  static PhotoDataset open(Path folder, DatasetOptions options) throws DataException {
    if (!Files.isDirectory(folder)) {
      throw new DataException("no such folder of photographs: " + Text.oneLine(folder.toString()));
    }
    List<String> names = PhotoFiles.below(folder);
    if (names.isEmpty()) {
      throw new DataException("no photographs in " + Text.oneLine(folder.toString()));
    }
    @Nullable PhotoHeader[] headers =
        PhotoFiles.headers(names.stream().map(name -> Folders.below(folder, name)).toList());
    List<ImageRow> rows = new ArrayList<>();
    for (int i = 0; i < headers.length; i++) {
      String name = names.get(i);
      int slash = name.indexOf('/');
      String split = slash < 0 ? null : Splits.ofFolder(name.substring(0, slash));
      PhotoHeader header = headers[i];
      rows.add(
          new ImageRow(
              name,
              split != null ? split : Splits.ofName(name),
              header == null ? 0 : header.height(),
              header == null ? 0 : header.width(),
              options.maskHeight(),
              options.maskWidth(),
              i,
              split == null));
    }
    VocabularyBuilder vocabulary = new VocabularyBuilder();
    vocabulary.category(Unlabelled.CATEGORY);
    return new PhotoDataset(folder, vocabulary.build(), List.copyOf(rows), remarks(folder, names));
  }

  private static List<String> remarks(Path folder, List<String> names) throws DataException {
    List<String> remarks = new ArrayList<>(PhotoFiles.passedOver(folder));
    List<PictureGroup> groups = PictureGroup.of(folder, names);
    List<PictureGroup> masks = groups.stream().filter(PictureGroup::isOfMasks).toList();
    if (!masks.isEmpty() && masks.size() < groups.size()) {
      remarks.add(
          Text.oneLine(folder.resolve(masks.get(0).example()).toString())
              + " looks like a mask ("
              + masks.get(0).look()
              + ") and is taken for a photograph; name the folder of the photographs alone");
    }
    return List.copyOf(remarks);
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public List<ImageRow> images() {
    return rows;
  }

  @Override
  public List<String> remarks() {
    return remarks;
  }

  @Override
  public AnnotatedImage annotate(ImageRow image, Problems problems) {
    return new AnnotatedImage(image.maskHeight(), image.maskWidth(), List.of(), List.of(), 1);
  }

  @Override
  public Path photograph(ImageRow image) {
    return Folders.below(folder, image.name());
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public String key() {
    return "photos " + rows.get(0).maskHeight() + "x" + rows.get(0).maskWidth();
  }

  @Override
  public String stamp() {
    Stamper stamper = new Stamper();
    for (ImageRow row : rows) {
      stamper.add(
          row.name() + " " + row.split() + " " + row.photoHeight() + " " + row.photoWidth() + "\n");
    }
    return stamper.stamp();
  }
}
