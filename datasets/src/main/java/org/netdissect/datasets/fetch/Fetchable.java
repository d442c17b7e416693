package org.netdissect.datasets.fetch;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.DataFolder;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Text;
import org.netdissect.networks.NearestNames;

/**
 * A data set that can be fetched, as the table {@code fetchable.csv} has it.
 *
 * @param name by which it is asked for
 * @param place in the user's data folder, unless said otherwise
 * @param address of its archive; null if it cannot be fetched without registration
 * @param bytes of the archive, about; −1 if not known
 * @param md5 of the archive in hexadecimal; null if not known
 * @param sha256 of the archive; null if not known
 * @param contents by which it is known
 * @param licence and terms, for people
 * @param page where it is described
 * @param next what to do with it, for people
 */
public record Fetchable(
    String name,
    String place,
    @Nullable URI address,
    long bytes,
    @Nullable String md5,
    @Nullable String sha256,
    Contents contents,
    String licence,
    String page,
    String next) {

  /** All there are, in the table's order. */
  public static final List<Fetchable> ALL = read();

  private static List<Fetchable> read() {
    try (InputStream in =
            Objects.requireNonNull(Fetchable.class.getResourceAsStream("fetchable.csv"));
        CsvReader<NamedCsvRecord> csv =
            CsvReader.builder()
                .ofNamedCsvRecord(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return csv.stream().map(Fetchable::of).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Fetchable of(NamedCsvRecord row) {
    String address = row.getField("address");
    String bytes = row.getField("bytes");
    return new Fetchable(
        row.getField("name"),
        row.getField("place"),
        address.isEmpty() ? null : URI.create(address),
        bytes.isEmpty() ? -1 : Long.parseLong(bytes),
        orNull(row.getField("md5")),
        orNull(row.getField("sha256")),
        Contents.of(row.getField("parts"), row.getField("side")),
        row.getField("licence"),
        row.getField("page"),
        row.getField("next"));
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  /** The one of that name; null if there is none. */
  public static @Nullable Fetchable named(String name) {
    return ALL.stream().filter(one -> one.name().equals(name)).findFirst().orElse(null);
  }

  /** Where it lies unless said otherwise. */
  public Path folder() throws NetdissectException {
    return DataFolder.get().resolve(place);
  }

  /** Whether it lies in a folder, whole. */
  public boolean isIn(Path folder) {
    return contents.lackOf(folder) == null;
  }

  /**
   * What is wrong with a folder that seems to hold it, and what to do, for people; null if it is
   * whole, or not there at all.
   */
  public @Nullable String damage(Path folder) {
    String lack = contents.isBegunIn(folder) ? contents.lackOf(folder) : null;
    return lack == null
        ? null
        : Text.oneLine(folder.toString()) + " is no whole " + name + ": " + lack;
  }

  /** What to do about a folder that is not whole. */
  String again() {
    return "delete that folder and give 'netdissect data fetch " + name + "' again";
  }

  /** The names nearest to one that there is not. */
  public static List<String> near(String wrong) {
    return NearestNames.of(wrong, ALL.stream().map(Fetchable::name).toList());
  }

  /**
   * What a path of a data set means: itself where something is there, otherwise the data set of
   * that name that was fetched.
   *
   * @throws DataException if it is the name of one that was not fetched, saying how to
   */
  public static Path resolve(Path given) throws NetdissectException {
    Fetchable named = Files.exists(given) ? null : named(given.toString());
    if (named == null) {
      return given;
    }
    Path folder = named.folder();
    if (named.isIn(folder)) {
      return folder;
    }
    String damage = named.damage(folder);
    if (damage != null) {
      throw new DataException(damage + "; " + named.again());
    }
    throw new DataException(
        "there is no folder "
            + named.name()
            + " here, and the data set of that name is not in "
            + Text.oneLine(folder.toString())
            + "; "
            + (named.address() == null
                ? "it needs registration: " + named.page()
                : "get it with: netdissect data fetch " + named.name()));
  }
}
