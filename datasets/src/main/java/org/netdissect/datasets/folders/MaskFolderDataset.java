package org.netdissect.datasets.folders;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.VocabularyBuilder;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.LabelTable;
import org.netdissect.datasets.reading.MaskPixels;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.datasets.reading.Stamper;
import org.netdissect.pictures.PhotoHeader;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.UnreadableImageException;

/**
 * Photographs with masks of labels beside them, as {@link MasksFormat}, {@link VocFormat}, {@link
 * Ade20kFormat} and {@link CityscapesFormat} find them. A mask may be a palette or grey PNG of 1 to
 * 16 bits (the number in it is the value), a colour PNG (R + 256·G), or, where the table names
 * colours, a picture in those colours. Photographs without a mask are left out.
 */
public final class MaskFolderDataset implements ReadDataset {
  private final Path folder;
  private final DatasetOptions options;
  private final String format;
  private final MaskEntries found;
  private final List<MaskEntries.Entry> entries;
  private final Vocabulary vocabulary;
  private final List<ImageRow> rows;

  /**
   * A data set of what a format has found.
   *
   * @param format its name
   * @throws DataException when nothing was found
   */
  MaskFolderDataset(Path folder, String format, MaskEntries found, DatasetOptions options)
      throws DataException {
    if (found.entries.isEmpty()) {
      throw new DataException(
          "no photograph with a mask in "
              + Text.oneLine(folder.toString())
              + ": masks are pictures (PNG) in the same folders and of the same names as their"
              + " photographs; all may have the same ending more"
              + PhotoFiles.orPassedOver(folder));
    }
    this.folder = folder;
    this.format = format;
    this.options = options;
    this.found = found;
    this.entries = List.copyOf(found.entries);
    this.vocabulary = found.vocabulary.build();
    PhotoHeader[] headers = PhotoFiles.headers(entries.stream().map(e -> e.photo).toList());
    List<ImageRow> list = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      MaskEntries.Entry entry = entries.get(i);
      int[] size = size(entry, headers[i]);
      list.add(
          new ImageRow(
              entry.name,
              entry.split != null ? entry.split : Splits.ofName(entry.name),
              size[0],
              size[1],
              options.maskHeight(),
              options.maskWidth(),
              i,
              entry.split == null));
    }
    this.rows = List.copyOf(list);
  }

  /**
   * Height and width of the photograph that was labelled, {0, 0} where they cannot be known. Tools
   * show it as Exif asks for, others as it is stored; the mask has the shape of either.
   */
  private static int[] size(MaskEntries.Entry entry, PhotoHeader photo) {
    if (photo == null || photo.isUncertain()) {
      return new int[] {0, 0};
    }
    if (photo.isTurned()) {
      PhotoHeader mask = PhotoFiles.header(entry.masks.get(0).file());
      if (mask != null
          && !isOfShape(mask.height(), mask.width(), photo.height(), photo.width())
          && isOfShape(mask.height(), mask.width(), photo.shownHeight(), photo.shownWidth())) {
        return new int[] {photo.shownHeight(), photo.shownWidth()};
      }
    }
    return new int[] {photo.height(), photo.width()};
  }

  private static boolean isOfShape(int height, int width, int photoHeight, int photoWidth) {
    double expected = (double) width / photoWidth * photoHeight;
    return Math.abs(expected - height) <= 1 + 0.01 * height;
  }

  /**
   * The values from 0 to 65535 that a table of labels gives a meaning, be it "nothing". Tells too
   * whether the table is sound.
   */
  public static BitSet listedValues(Path labels) throws DataException {
    try {
      LabelTable table = LabelTable.read(labels, "object", new VocabularyBuilder(), Problems.STOP);
      if (table.isByColour()) {
        throw new DataException(labels + " names colours; numbers are needed here");
      }
      return table.listed();
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot read " + labels + ": " + e.getMessage(), e);
    }
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
  public void check(Problems problems) throws DataException {
    for (String orphan : found.orphans()) {
      problems.add(new DataException(orphan));
    }
  }

  @Override
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>(PhotoFiles.passedOver(folder));
    if (found.unmasked > 0) {
      remarks.add(
          Text.oneLine(folder.toString())
              + ": "
              + found.unmasked
              + (found.unmasked == 1
                  ? " photograph has no mask and is left out"
                  : " photographs have no mask and are left out"));
    }
    List<String> orphans = found.orphans();
    if (!orphans.isEmpty()) {
      remarks.add(
          Text.oneLine(folder.toString())
              + ": "
              + orphans.size()
              + (orphans.size() == 1 ? " mask is" : " masks are")
              + " left out; the first: "
              + orphans.get(0));
    }
    return remarks;
  }

  @Override
  public AnnotatedImage annotate(ImageRow image, Problems problems) throws DataException {
    MaskEntries.Entry entry = entries.get(image.row());
    if (image.photoHeight() == 0) {
      throw PhotoFiles.unknownSize(entry.photo, image.name());
    }
    List<AnnotatedImage.LabelMap> maps = new ArrayList<>();
    long dataCategories = 0;
    for (MaskEntries.Mask mask : entry.masks) {
      String name = mask.file().toString();
      try {
        MaskPixels png = MaskPixels.decode(Photographs.bytes(mask.file()), name);
        checkShape(png, name, image);
        maps.addAll(mask.table().read(png, name, image.maskHeight(), image.maskWidth()));
      } catch (DataException e) {
        problems.add(e);
      }
      dataCategories |= mask.table().categories();
    }
    for (AnnotatedImage.WholeLabel label : entry.whole) {
      dataCategories |= 1L << label.category();
    }
    return new AnnotatedImage(
        image.maskHeight(), image.maskWidth(), maps, entry.whole, dataCategories);
  }

  /** A mask may be smaller or larger than its photograph, but not of another shape. */
  private static void checkShape(MaskPixels png, String name, ImageRow image) throws DataException {
    if (image.photoHeight() > 0
        && !isOfShape(png.height(), png.width(), image.photoHeight(), image.photoWidth())) {
      throw new UnreadableImageException(
          Text.oneLine(name)
              + " is "
              + png.height()
              + " × "
              + png.width()
              + " pixels, its photograph "
              + image.photoHeight()
              + " × "
              + image.photoWidth()
              + ": not the same shape");
    }
  }

  @Override
  public Path photograph(ImageRow image) {
    return entries.get(image.row()).photo;
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public @Nullable String whyUnlabelled() {
    return format.equals("masks")
        ? "values 0 and 255 (65535 in 16 bits) mean nothing unless labels.csv lists them; masks in"
            + " black and white need 255 there"
        : null;
  }

  @Override
  public String key() {
    return format
        + " "
        + options.maskHeight()
        + "x"
        + options.maskWidth()
        + " "
        + MaskEntries.category(options);
  }

  @Override
  public String stamp() {
    Stamper stamper = new Stamper();
    found.tables.forEach(stamper::add);
    for (int i = 0; i < entries.size(); i++) {
      ImageRow row = rows.get(i);
      stamper.add(
          row.name() + " " + row.split() + " " + row.photoHeight() + " " + row.photoWidth());
      entries.get(i).whole.forEach(label -> stamper.add(label.toString()));
      entries.get(i).masks.forEach(mask -> stamper.add(mask.file()));
    }
    return stamper.stamp();
  }
}
