package org.netdissect.report.tables;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.WholeFile;
import org.netdissect.results.ConceptCounts;
import org.netdissect.results.ConceptInfo;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.TableColumn;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitScore;

/**
 * The tables of a layer as Arrow IPC files (Feather version 2), which pandas, Polars, R and DuckDB
 * read. Units count from 0. Nothing is compressed.
 *
 * <p>Java must be started with {@code --add-opens=java.base/java.nio=ALL-UNNAMED}; the {@code
 * netdissect} command is.
 */
public final class ArrowTables {
  private static final int BATCH_ROWS = 1 << 14;
  private static final ArrowType WHOLE = new ArrowType.Int(32, true);
  private static final ArrowType LONG = new ArrowType.Int(64, true);
  private static final ArrowType TEXT = ArrowType.Utf8.INSTANCE;
  private static final ArrowType FLOAT = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
  private static final ArrowType DOUBLE =
      new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);

  private ArrowTables() {}

  /**
   * Writes a row a unit: threshold, best label, and the best label of each category with G, A, I
   * and IoU, as in {@code units.csv}. A label that there is not, and the threshold of an imported
   * unit, are null.
   *
   * @param file replaced if it is there
   */
  public static void writeUnits(Dissection dissection, LayerDissection layer, Path file)
      throws IOException {
    List<Field> columns =
        new ArrayList<>(
            List.of(
                column("unit", WHOLE),
                column("threshold", FLOAT),
                column("category", TEXT),
                column("label", TEXT),
                column("iou", DOUBLE)));
    for (String category : dissection.categories()) {
      columns.addAll(
          List.of(
              column(category + "-label", TEXT),
              column(category + "-truth", LONG),
              column(category + "-activation", LONG),
              column(category + "-intersect", LONG),
              column(category + "-iou", DOUBLE)));
    }
    WholeFile.write(
        file,
        next -> {
          try (Table table = new Table(columns, next)) {
            for (UnitScore unit : layer.units()) {
              List<Object> row = new ArrayList<>();
              row.add(unit.unit());
              row.add(Float.isNaN(unit.threshold()) ? null : unit.threshold());
              row.add(unit.label().category());
              row.add(label(unit.label()));
              row.add(unit.label().iou());
              for (LabelScore score : unit.byCategory()) {
                row.add(label(score));
                row.add(score.truth());
                row.add(score.activation());
                row.add(score.intersection());
                row.add(score.iou());
              }
              table.row(row);
            }
            table.end();
          }
        });
  }

  /**
   * Writes a row for every unit and concept that meet, as in {@code counts.csv}: the concept's
   * number, label and category, I, G, A and IoU.
   *
   * @param file replaced if it is there
   * @throws DissectionException if the result was imported and holds no such counts
   */
  public static void writeCounts(Dissection dissection, LayerDissection layer, Path file)
      throws IOException {
    if (!layer.hasConceptCounts()) {
      throw new DissectionException(
          dissection.folder() + " holds no counts of units with concepts (counts.bin)");
    }
    Map<Integer, ConceptInfo> concepts = new HashMap<>();
    dissection.concepts().forEach(concept -> concepts.put(concept.number(), concept));
    List<Field> columns =
        List.of(
            column("unit", WHOLE),
            column("number", WHOLE),
            column("label", TEXT),
            column("category", TEXT),
            column("intersect", LONG),
            column("truth", LONG),
            column("activation", LONG),
            column("iou", DOUBLE));
    WholeFile.write(
        file,
        next -> {
          try (Table table = new Table(columns, next);
              ConceptCounts counts = layer.conceptCounts()) {
            for (int unit = 0; unit < layer.layer().units(); unit++) {
              ConceptCounts.OfUnit of = counts.read(unit);
              for (int i = 0; i < of.number().length; i++) {
                ConceptInfo concept = Objects.requireNonNull(concepts.get(of.number()[i]));
                long intersection = of.intersection()[i];
                long activation =
                    of.activation()[dissection.categories().indexOf(concept.category())];
                table.row(
                    List.of(
                        unit,
                        concept.number(),
                        concept.name(),
                        concept.category(),
                        intersection,
                        concept.truth(),
                        activation,
                        LabelScore.iou(intersection, activation, concept.truth())));
              }
            }
            table.end();
          }
        });
  }

  /**
   * Writes a row for every unit and category, as in {@code trust.csv}.
   *
   * @param file replaced if it is there
   */
  public static void writeTrust(TrustTable trust, Path file) throws IOException {
    write(TrustTable.COLUMNS, trust.scores(), file);
  }

  /**
   * Writes the best concepts of each unit by some measure, as in {@code measures.csv}.
   *
   * @param file replaced if it is there
   */
  public static void writeMeasures(MeasureTable measures, Path file) throws IOException {
    write(MeasureTable.COLUMNS, measures.scores(), file);
  }

  /**
   * Writes whether each unit means one thing, as in {@code meanings.csv}.
   *
   * @param file replaced if it is there
   */
  public static void writeMeanings(MeasureTable measures, Path file) throws IOException {
    write(MeasureTable.MEANING_COLUMNS, measures.meanings(), file);
  }

  private static <R> void write(List<TableColumn<R>> columns, List<R> rows, Path file)
      throws IOException {
    List<Field> fields =
        columns.stream().map(column -> column(column.name(), type(column.type()))).toList();
    WholeFile.write(
        file,
        next -> {
          try (Table table = new Table(fields, next)) {
            for (R row : rows) {
              List<Object> values = new ArrayList<>();
              columns.forEach(column -> values.add(column.of(row)));
              table.row(values);
            }
            table.end();
          }
        });
  }

  private static ArrowType type(Class<?> type) {
    return type == Integer.class
        ? WHOLE
        : type == Double.class ? DOUBLE : type == Boolean.class ? ArrowType.Bool.INSTANCE : TEXT;
  }

  private static @Nullable String label(LabelScore score) {
    return score.label().isBlank() ? null : score.label();
  }

  private static Field column(String name, ArrowType type) {
    return new Field(name, FieldType.nullable(type), null);
  }

  /** A file that is written batch by batch. */
  private static final class Table implements AutoCloseable {
    private final BufferAllocator memory = new RootAllocator();
    private final VectorSchemaRoot batch;
    private final FileChannel channel;
    private final ArrowFileWriter writer;
    private int rows;

    Table(List<Field> columns, Path file) throws IOException {
      channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      batch = VectorSchemaRoot.create(new Schema(columns), memory);
      writer = new ArrowFileWriter(batch, null, channel);
      writer.start();
    }

    void row(List<Object> values) throws IOException {
      for (int c = 0; c < values.size(); c++) {
        set(batch.getVector(c), values.get(c));
      }
      if (++rows == BATCH_ROWS) {
        flush();
      }
    }

    private void set(FieldVector column, Object value) {
      if (value == null) {
        column.setNull(rows);
      } else if (column instanceof IntVector to) {
        to.setSafe(rows, (Integer) value);
      } else if (column instanceof BigIntVector to) {
        to.setSafe(rows, (Long) value);
      } else if (column instanceof BitVector to) {
        to.setSafe(rows, (Boolean) value ? 1 : 0);
      } else if (column instanceof Float4Vector to) {
        to.setSafe(rows, (Float) value);
      } else if (column instanceof Float8Vector to) {
        to.setSafe(rows, (Double) value);
      } else {
        ((VarCharVector) column).setSafe(rows, ((String) value).getBytes(StandardCharsets.UTF_8));
      }
    }

    private void flush() throws IOException {
      batch.setRowCount(rows);
      writer.writeBatch();
      batch.clear();
      rows = 0;
    }

    void end() throws IOException {
      if (rows > 0) {
        flush();
      }
      writer.end();
    }

    @Override
    public void close() throws IOException {
      try (channel) {
        writer.close();
        batch.close();
        memory.close();
      }
    }
  }
}
