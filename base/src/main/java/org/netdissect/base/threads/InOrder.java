package org.netdissect.base.threads;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * Many in, in order out: numbered work on a few threads, its results taken one by one in the order
 * of their numbers. At most a window of results waits, so that memory does not grow with the work.
 */
public final class InOrder {
  /** Results that may be under way or waiting for each thread. */
  private static final int AHEAD = 4;

  private InOrder() {}

  /** Does the work of one number, on a thread of its own. */
  public interface Work<T> {
    T of(int number) throws IOException;
  }

  /** Takes the results, in order, on the calling thread. */
  public interface Sink<T> {
    void take(int number, T result) throws IOException;
  }

  /**
   * Works on the numbers {@code from} to {@code to} − 1. The failure of the lowest number, or the
   * first of the sink, stops all and is thrown; the threads have ended then.
   *
   * @param name of the threads
   * @throws InterruptedIOException if the calling thread is interrupted
   */
  public static <T> void run(
      int threads, int from, int to, String name, Work<T> work, Sink<? super T> sink)
      throws IOException {
    run(threads, Math.multiplyExact(AHEAD, threads), from, to, name, work, sink);
  }

  /**
   * As {@link #run(int, int, int, String, Work, Sink)}.
   *
   * @param ahead how many results may be under way or waiting while one is taken
   */
  public static <T> void run(
      int threads, int ahead, int from, int to, String name, Work<T> work, Sink<? super T> sink)
      throws IOException {
    Deque<Future<T>> window = new ArrayDeque<>();
    try (Pool pool = new Pool(threads, name)) {
      try {
        int next = from;
        for (int number = from; number < to; number++) {
          // One more than ahead: while the sink takes this one, the others go on.
          while (next < to && window.size() <= ahead) {
            int submitted = next++;
            window.add(pool.submit(() -> work.of(submitted)));
          }
          T result = window.remove().get();
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
          sink.take(number, result);
        }
      } catch (InterruptedException e) {
        throw Pool.interrupted();
      } catch (ExecutionException e) {
        throw Pool.thrown(e.getCause());
      } finally {
        window.forEach(waiting -> waiting.cancel(false));
      }
    }
  }
}
