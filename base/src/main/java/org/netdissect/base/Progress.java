package org.netdissect.base;

/** Told how far a long piece of work is. May be called from several threads. */
public interface Progress {
  /** Tells nobody. */
  Progress NONE =
      new Progress() {
        @Override
        public void begin(String phase, long total, String unit) {}

        @Override
        public void advance(long n) {}

        @Override
        public void end() {}

        @Override
        public void warn(String message) {}
      };

  /**
   * A phase of the work begins.
   *
   * @param phase what is done, for people
   * @param total how many units of work there are
   * @param unit what is counted, in the plural: "images"
   */
  void begin(String phase, long total, String unit);

  /** So many more units are done. */
  void advance(long n);

  /** The phase is over. */
  void end();

  /** Something the user should know, in one line; the work goes on. */
  void warn(String message);
}
