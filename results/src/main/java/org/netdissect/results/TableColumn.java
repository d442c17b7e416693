package org.netdissect.results;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;

/**
 * A column of a table that an analysis writes beside a layer's others.
 *
 * @param name in the head
 * @param type String, Integer, Double or Boolean
 * @param value of a row; null, blank or NaN where there is none
 */
public record TableColumn<R>(String name, Class<?> type, Function<R, @Nullable Object> value) {

  /** The value of a row; null where there is none. */
  public @Nullable Object of(R row) {
    Object of = value.apply(row);
    return "".equals(of) || (of instanceof Double number && number.isNaN()) ? null : of;
  }

  /** The value of a row as a table of text has it. */
  String cell(R row) {
    Object of = of(row);
    if (of == null) {
      return "";
    }
    if (of instanceof Boolean is) {
      return is ? "1" : "0";
    }
    return of instanceof Double number ? Numbers.general(number, 9) : of.toString();
  }
}
