package org.netdissect.base.tables;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;

/**
 * A CSV file with a header line, read row by row; columns are found by name. UTF-8 with or without
 * a byte order mark, CRLF or LF. Every error names file, line and column.
 */
public final class CsvTable implements Closeable {
  private static final int MOST_COLUMNS = 1_000;
  private static final int LONGEST_FIELD = 1 << 16;
  private static final int LONGEST_RECORD = 1 << 18;

  private final Path file;
  private final CsvReader<CsvRecord> reader;
  private final Iterator<CsvRecord> records;
  private final Map<String, Integer> columns = new HashMap<>();
  private final List<String> header;
  private long line = 1;

  private CsvTable(Path file, CsvReader<CsvRecord> reader) throws DataException {
    this.file = file;
    this.reader = reader;
    this.records = reader.iterator();
    CsvRecord first = nextRecord();
    if (first == null) {
      throw new DataException(file + " is empty: expected a header line");
    }
    this.header = first.getFields();
    for (int i = 0; i < header.size(); i++) {
      checkText(first, i);
      if (columns.put(header.get(i), i) != null) {
        throw DataException.at(
            file, 1, "the header names column " + Text.quoted(header.get(i)) + " twice");
      }
    }
  }

  /** Opens the table and reads its header. */
  public static CsvTable open(Path file, String... required) throws DataException {
    CsvTable table = null;
    try {
      if (!Files.isRegularFile(file)) {
        throw new DataException(
            Files.exists(file) ? file + " is not a file" : "missing file " + file);
      }
      Reader text =
          new BufferedReader(
              new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
      try {
        text.mark(1);
        if (text.read() != '\ufeff') {
          text.reset();
        }
        CsvRecordHandler limits =
            CsvRecordHandler.of(
                c ->
                    c.maxFields(MOST_COLUMNS)
                        .maxFieldSize(LONGEST_FIELD)
                        .maxRecordSize(LONGEST_RECORD));
        table =
            new CsvTable(
                file,
                CsvReader.builder()
                    .allowExtraFields(true)
                    .allowMissingFields(true)
                    .maxBufferSize(1 << 20)
                    .build(limits, text));
      } finally {
        if (table == null) {
          text.close();
        }
      }
      for (String column : required) {
        if (!table.has(column)) {
          DataException missing = DataException.at(file, 1, table.lacks(column));
          table.close();
          throw missing;
        }
      }
      return table;
    } catch (NoSuchFileException e) {
      throw new DataException("missing file " + file, e);
    } catch (DataException e) {
      throw e;
    } catch (IOException | UncheckedIOException e) {
      throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** What is said of a header without that column. */
  public String lacks(String column) {
    boolean semicolons = header.size() == 1 && header.get(0).contains(";");
    return "column "
        + Text.quoted(column)
        + " is missing; the header has "
        + Text.oneLine(String.join(", ", header))
        + (semicolons ? " (put commas between the columns, not semicolons)" : "");
  }

  public boolean has(String column) {
    return columns.containsKey(column);
  }

  List<String> header() {
    return header;
  }

  /** The next row, or null after the last. */
  public @Nullable Row next() throws DataException {
    CsvRecord record = nextRecord();
    return record == null ? null : new Row(record);
  }

  /** What is done with a row. */
  public interface RowAction {
    void take(Row row) throws DataException;
  }

  /** Goes through all rows; one with a problem is left out. */
  public void forEach(Problems problems, RowAction action) throws DataException {
    while (true) {
      CsvRecord record;
      try {
        record = nextRecord();
      } catch (DataException e) {
        problems.add(e); // beyond this place nothing can be read
        return;
      }
      if (record == null) {
        return;
      }
      try {
        action.take(new Row(record));
      } catch (DataException e) {
        problems.add(e);
      }
    }
  }

  private @Nullable CsvRecord nextRecord() throws DataException {
    try {
      if (!records.hasNext()) {
        return null;
      }
      CsvRecord record = records.next();
      line = record.getStartingLineNumber();
      return record;
    } catch (CsvParseException e) {
      Throwable cause = e.getCause() != null ? e.getCause() : e;
      String what = String.valueOf(cause.getMessage());
      if (what.contains(MOST_COLUMNS + " fields")) {
        what = "more than " + MOST_COLUMNS + " columns";
      } else if (what.contains("maximum")) {
        what = "a field of more than " + LONGEST_FIELD + " characters (is a quote unclosed?)";
      }
      String where = columns.isEmpty() ? " line 1: " : " after line " + line + ": ";
      throw new DataException(file + where + Text.oneLine(what), e);
    } catch (UncheckedIOException e) {
      throw new DataException(
          "cannot read " + file + ": " + Objects.requireNonNull(e.getCause()).getMessage(), e);
    }
  }

  private void checkText(CsvRecord record, int i) throws DataException {
    String text = record.getField(i);
    for (int k = 0; k < text.length(); k++) {
      char c = text.charAt(k);
      if ((c < ' ' && c != '\t') || c == '\ufffd') {
        boolean named = i < header.size() && record.getStartingLineNumber() > 1;
        String column = named ? header.get(i) : String.valueOf(i + 1);
        throw DataException.at(
            file,
            record.getStartingLineNumber(),
            column,
            c == '\ufffd'
                ? "text that is not UTF-8; save the file as UTF-8"
                : "a line break or control character inside a field (is a quote unclosed?)");
      }
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  /** One row of the table. */
  public final class Row {
    private final CsvRecord record;

    private Row(CsvRecord record) throws DataException {
      this.record = record;
      if (record.getFieldCount() != header.size()) {
        throw error(
            "the header has " + header.size() + " columns, this row " + record.getFieldCount());
      }
      for (int i = 0; i < header.size(); i++) {
        checkText(record, i);
      }
    }

    public long line() {
      return record.getStartingLineNumber();
    }

    /** The field; blank where the table has no such column. */
    public String get(String column) {
      Integer i = columns.get(column);
      return i == null ? "" : record.getField(i);
    }

    /** A whole number between the two, both included. */
    public int integer(String column, int least, int most) throws DataException {
      String text = get(column).trim();
      try {
        int value = Integer.parseInt(text);
        if (value >= least && value <= most) {
          return value;
        }
      } catch (NumberFormatException e) {
        // told below
      }
      throw error(
          column, Text.quoted(text) + " is not a whole number between " + least + " and " + most);
    }

    /** A number, not negative, finite. */
    public double real(String column) throws DataException {
      String text = get(column).trim();
      try {
        double value = Double.parseDouble(text);
        if (value >= 0 && value < Double.POSITIVE_INFINITY) {
          return value + 0.0;
        }
      } catch (NumberFormatException e) {
        // told below
      }
      throw error(column, Text.quoted(text) + " is not a number of 0 or more");
    }

    public DataException error(String column, String what) {
      return DataException.at(file, line(), column, what);
    }

    public DataException error(String what) {
      return DataException.at(file, line(), what);
    }
  }
}
