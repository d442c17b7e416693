package org.netdissect.base;

/**
 * Told how far a long piece of work is. May be called from several threads.
 *
 * <pre>{@code
 * try (Progress.Phase phase = progress.phase("Compiling", rows.size(), "images")) {
 *   for (ImageRow row : rows) {
 *     compile(row);
 *     phase.advance(1);
 *   }
 *   phase.done();
 * }
 * }</pre>
 */
public interface Progress {
  /** Tells nobody. */
  Progress NONE =
      new Progress() {
        @Override
        public Phase phase(String name, long total, String unit) {
          return Phase.NONE;
        }

        @Override
        public void warn(String message) {}
      };

  /**
   * A phase of the work begins.
   *
   * @param name what is done, for people
   * @param total how many units of work there are
   * @param unit what is counted, in the plural: "images"
   */
  Phase phase(String name, long total, String unit);

  /** Something the user should know, in one line; the work goes on. */
  void warn(String message);

  /** Something worth knowing that asks for nothing, in one line. */
  default void say(String message) {}

  /** A phase under way. One that is closed before it is {@link #done} has failed. */
  interface Phase extends AutoCloseable {
    /** Tells nobody. */
    Phase NONE =
        new Phase() {
          @Override
          public void advance(long n) {}

          @Override
          public void done() {}

          @Override
          public void close() {}
        };

    /** So many more units are done. */
    void advance(long n);

    /** All of the phase is done. */
    void done();

    /** The phase is over. */
    @Override
    void close();
  }
}
