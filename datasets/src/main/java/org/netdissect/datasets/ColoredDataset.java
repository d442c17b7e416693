package org.netdissect.datasets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ForwardingDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.datasets.reading.ColorNames;
import org.netdissect.datasets.reading.Stamper;
import org.netdissect.pictures.Nearest;
import org.netdissect.pictures.Photographs;

/**
 * Another data set with the names of colours added: a category "color", before the others, whose
 * labels are the eleven names with "-c" at the end, as in Broden. A mask pixel has the colour of
 * the photograph's pixel under its centre, at the photograph's own size.
 */
final class ColoredDataset extends ForwardingDataset {
  static final String CATEGORY = "color";

  private final ColorNames names;
  private final Vocabulary vocabulary;
  private final int firstColor;

  ColoredDataset(ConceptDataset data, ColorNames names) throws DataException {
    super(data);
    this.names = names;
    if (data.vocabulary().category(CATEGORY) != null) {
      throw new DataException(data.name() + " names colours already; leave out --colors");
    }
    List<String> categories = new ArrayList<>(List.of(CATEGORY));
    data.vocabulary().categories().forEach(c -> categories.add(c.name()));
    if (categories.size() > Limits.CATEGORIES) {
      throw new DataException("more than " + Limits.CATEGORIES + " categories");
    }
    List<Concept> concepts = new ArrayList<>();
    for (Concept c : data.vocabulary().concepts()) {
      List<Double> coverage = new ArrayList<>(List.of(0.0));
      coverage.addAll(c.coverage());
      concepts.add(new Concept(c.number(), c.name(), c.synonyms(), coverage));
    }
    this.firstColor = data.vocabulary().maxNumber() + 1;
    if (firstColor + ColorNames.NAMES.size() > Character.MAX_VALUE) {
      throw new DataException("no label numbers are left below 65536 for the names of colours");
    }
    for (int i = 0; i < ColorNames.NAMES.size(); i++) {
      concepts.add(
          new Concept(
              firstColor + i,
              ColorNames.NAMES.get(i) + "-c",
              List.of(),
              Collections.nCopies(categories.size(), 0.0)));
    }
    this.vocabulary = Vocabulary.of(categories, concepts);
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public boolean coverageKnown() {
    return false;
  }

  @Override
  public AnnotatedImage annotate(ImageRow image) throws DataException {
    AnnotatedImage plain = super.annotate(image);
    Photographs.Photograph photo =
        Photographs.read(photograph(image), image.photoHeight(), image.photoWidth());
    int height = plain.maskHeight();
    int width = plain.maskWidth();
    int[] rows = Nearest.indices(photo.height(), height);
    int[] columns = Nearest.indices(photo.width(), width);
    char[] colors = new char[height * width];
    byte[] rgb = photo.rgb();
    for (int y = 0, p = 0; y < height; y++) {
      int from = rows[y] * photo.width();
      for (int x = 0; x < width; x++, p++) {
        int k = 3 * (from + columns[x]);
        colors[p] =
            (char) (firstColor + names.name(rgb[k] & 0xff, rgb[k + 1] & 0xff, rgb[k + 2] & 0xff));
      }
    }
    List<AnnotatedImage.LabelMap> maps = new ArrayList<>();
    maps.add(new AnnotatedImage.LabelMap(0, colors));
    for (AnnotatedImage.LabelMap map : plain.maps()) {
      maps.add(new AnnotatedImage.LabelMap(map.category() + 1, map.labels()));
    }
    List<AnnotatedImage.WholeLabel> whole = new ArrayList<>();
    for (AnnotatedImage.WholeLabel label : plain.wholeLabels()) {
      whole.add(new AnnotatedImage.WholeLabel(label.category() + 1, label.number()));
    }
    return new AnnotatedImage(height, width, maps, whole, (plain.dataCategories() << 1) | 1);
  }

  @Override
  public String key() {
    return super.key() + " colors " + names.key();
  }

  @Override
  public String stamp() throws IOException {
    Stamper stamper = new Stamper();
    stamper.add(super.stamp());
    for (ImageRow image : images()) {
      stamper.add(photograph(image));
    }
    return stamper.stamp();
  }
}
