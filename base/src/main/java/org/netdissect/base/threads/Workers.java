package org.netdissect.base.threads;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs numbered tasks on a few threads; the first failure stops all and is thrown. */
public final class Workers {
  private Workers() {}

  /** One thread's way of working: made once per thread, closed at its end. */
  public interface Worker extends AutoCloseable {
    void task(int number) throws IOException;

    @Override
    default void close() throws IOException {}
  }

  /** Makes a thread's worker, on that thread. */
  public interface Factory {
    Worker create() throws IOException;
  }

  /**
   * Runs tasks 0 to {@code tasks} − 1, each once, handed out in ascending order.
   *
   * @throws InterruptedIOException if the calling thread is interrupted; all workers have ended
   *     then
   */
  public static void run(int threads, int tasks, String name, Factory factory) throws IOException {
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger serial = new AtomicInteger();
    int count = Math.max(1, Math.min(threads, tasks));
    ExecutorService pool =
        Executors.newFixedThreadPool(
            count,
            task -> {
              Thread thread = new Thread(task, name + "-" + serial.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    List<Future<?>> futures = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      futures.add(
          pool.submit(
              () -> {
                try (Worker worker = factory.create()) {
                  for (int n = next.getAndIncrement();
                      n < tasks && !stop.get();
                      n = next.getAndIncrement()) {
                    worker.task(n);
                  }
                  return null;
                } catch (Throwable failure) {
                  stop.set(true);
                  throw failure;
                }
              }));
    }
    pool.shutdown();
    Throwable failure = null;
    boolean interrupted = false;
    for (Future<?> future : futures) {
      while (true) {
        try {
          future.get();
          break;
        } catch (ExecutionException e) {
          if (failure == null) {
            failure = e.getCause();
          } else if (failure != e.getCause()) {
            failure.addSuppressed(e.getCause());
          }
          break;
        } catch (InterruptedException e) {
          interrupted = true;
          stop.set(true);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    if (failure instanceof IOException e) {
      throw e;
    } else if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure instanceof Error e) {
      throw e;
    } else if (failure != null) {
      throw new IllegalStateException(failure);
    }
  }
}
