package org.netdissect.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.CsvTable;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.VocabularyBuilder;
import org.netdissect.datasets.reading.Stamper;

/**
 * Several data sets as one. Categories and labels of the same name are the same (for labels,
 * without regard to case); a file of synonyms may name further ones. Images keep their own mask
 * sizes; of several data sets, their names get that of their data set in front.
 */
final class CombinedDataset implements ConceptDataset {
  private final List<ConceptDataset> parts;
  private final List<ImageRow> rows = new ArrayList<>();
  private final List<Integer> partOf = new ArrayList<>();
  private final Vocabulary vocabulary;

  /** For each part, the new number of each of its labels, and the new index of each category. */
  private final List<Map<Integer, Integer>> numbers = new ArrayList<>();

  private final List<int[]> categories = new ArrayList<>();

  CombinedDataset(List<ConceptDataset> parts, @Nullable Path synonyms) throws DataException {
    this.parts = List.copyOf(parts);
    Map<String, String> preferred = synonyms == null ? Map.of() : readSynonyms(synonyms);
    VocabularyBuilder builder = new VocabularyBuilder();
    Map<String, String> spelling = new HashMap<>();
    Set<String> names = new HashSet<>();
    for (int part = 0; part < parts.size(); part++) {
      ConceptDataset data = parts.get(part);
      int[] categoryOf = new int[data.vocabulary().categories().size()];
      for (Category category : data.vocabulary().categories()) {
        categoryOf[category.index()] = builder.category(category.name());
      }
      categories.add(categoryOf);
      Map<Integer, Integer> numberOf = new HashMap<>();
      for (Concept concept : data.vocabulary().concepts()) {
        if (concept.number() == 0 || concept.name().isBlank()) {
          continue;
        }
        String lower = concept.name().toLowerCase(Locale.ROOT);
        String name = preferred.getOrDefault(lower, concept.name());
        String known = spelling.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
        name = known != null ? known : name;
        numberOf.put(concept.number(), builder.concept(name));
        builder.synonyms(name, List.of(concept.name()));
        builder.synonyms(name, concept.synonyms());
        for (int c = 0; c < categoryOf.length; c++) {
          if (concept.coverage(c) > 0) {
            builder.addCoverage(name, categoryOf[c], concept.coverage(c));
          }
        }
      }
      numbers.add(numberOf);
      String prefix = data.name();
      for (int i = 2; !names.add(prefix); i++) {
        prefix = data.name() + "-" + i;
      }
      for (ImageRow row : data.images()) {
        rows.add(
            new ImageRow(
                parts.size() > 1 ? prefix + "/" + row.name() : row.name(),
                row.split(),
                row.photoHeight(),
                row.photoWidth(),
                row.maskHeight(),
                row.maskWidth(),
                rows.size(),
                row.splitByName()));
        partOf.add(part);
      }
    }
    this.vocabulary = builder.build();
  }

  /** Lower-case names and what they are to be called. */
  private static Map<String, String> readSynonyms(Path file) throws DataException {
    Map<String, String> preferred = new HashMap<>();
    try (CsvTable table = CsvTable.open(file, "name", "synonyms")) {
      for (CsvTable.Row row = table.next(); row != null; row = table.next()) {
        String name = row.get("name").strip();
        if (name.isEmpty()) {
          throw row.error("name", "a blank name");
        }
        for (String other : row.get("synonyms").split(";", -1)) {
          String key = other.strip().toLowerCase(Locale.ROOT);
          if (key.isEmpty()) {
            continue;
          }
          String earlier = preferred.putIfAbsent(key, name);
          if (earlier != null && !earlier.equals(name)) {
            throw row.error(
                "synonyms",
                Text.quoted(other.strip()) + " stands for " + Text.quoted(earlier) + " too");
          }
        }
      }
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
    }
    return preferred;
  }

  @Override
  public String name() {
    return String.join("+", parts.stream().map(ConceptDataset::name).toList());
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public boolean coverageKnown() {
    return parts.stream().allMatch(ConceptDataset::coverageKnown);
  }

  @Override
  public List<ImageRow> images() {
    return rows;
  }

  private ImageRow inPart(ImageRow image) {
    int part = partOf.get(image.row());
    int first = 0;
    for (int i = 0; i < part; i++) {
      first += parts.get(i).images().size();
    }
    return parts.get(part).images().get(image.row() - first);
  }

  @Override
  public AnnotatedImage annotate(ImageRow image) throws DataException {
    int part = partOf.get(image.row());
    AnnotatedImage own = parts.get(part).annotate(inPart(image));
    Map<Integer, Integer> numberOf = numbers.get(part);
    int[] categoryOf = categories.get(part);
    List<AnnotatedImage.LabelMap> maps = new ArrayList<>();
    for (AnnotatedImage.LabelMap map : own.maps()) {
      char[] labels = new char[map.labels().length];
      int last = 0;
      char lastNumber = 0;
      for (int p = 0; p < labels.length; p++) {
        int label = map.labels()[p];
        if (label != last) {
          last = label;
          lastNumber = (char) (int) numberOf.getOrDefault(label, 0);
        }
        labels[p] = lastNumber;
      }
      maps.add(new AnnotatedImage.LabelMap(categoryOf[map.category()], labels));
    }
    List<AnnotatedImage.WholeLabel> whole = new ArrayList<>();
    for (AnnotatedImage.WholeLabel label : own.wholeLabels()) {
      int number = numberOf.getOrDefault(label.number(), 0);
      if (number != 0) {
        whole.add(new AnnotatedImage.WholeLabel(categoryOf[label.category()], number));
      }
    }
    long dataCategories = 0;
    for (int c = 0; c < categoryOf.length; c++) {
      dataCategories |= ((own.dataCategories() >>> c) & 1) << categoryOf[c];
    }
    return new AnnotatedImage(own.maskHeight(), own.maskWidth(), maps, whole, dataCategories);
  }

  @Override
  public List<String> remarks() {
    return parts.stream().flatMap(part -> part.remarks().stream()).toList();
  }

  @Override
  public Path photograph(ImageRow image) {
    return parts.get(partOf.get(image.row())).photograph(inPart(image));
  }

  @Override
  public Path folder() {
    return parts.get(0).folder();
  }

  @Override
  public boolean drawsBoxes() {
    return parts.stream().anyMatch(ConceptDataset::drawsBoxes);
  }

  @Override
  public String key() {
    StringBuilder key = new StringBuilder("combined");
    for (ConceptDataset part : parts) {
      key.append('\n').append(part.folder().toAbsolutePath().normalize()).append(' ');
      key.append(part.key());
    }
    return key.toString();
  }

  @Override
  public String stamp() throws IOException {
    Stamper stamper = new Stamper();
    for (ConceptDataset part : parts) {
      stamper.add(part.stamp() + "\n");
    }
    for (Concept concept : vocabulary.concepts()) {
      stamper.add(concept.number() + " " + concept.name() + "\n");
    }
    return stamper.stamp();
  }
}
