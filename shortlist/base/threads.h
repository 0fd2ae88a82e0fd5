// A fixed set of threads that share out numbered tasks.
#pragma once

#include <cstddef>
#include <memory>

#include "shortlist/base/function_ref.h"

namespace shortlist {

// Work is cut into tasks by the problem, never by the number of threads, and each task writes what no other
// task writes: so which thread runs a task, and how many there are, cannot change a result.
// A thread starts with its own part of the tasks, thread t of n with [t, t + 1) / n of them: so work that is
// cut alike time after time finds its data in the caches of the core that had it last.
// Every thread flushes subnormals to zero while it runs tasks. Not reentrant: a task must not call run().
class ThreadPool {
 public:
  // `threads` counts the caller; 0 takes one for each processor that this process may use. Throws a failed
  // Error if they cannot be started.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;

  // Calls task(index, worker) once for every index in [0, count); returns when all are done.
  // `worker` in [0, threads()) names the thread, for scratch memory.
  // The first exception that a task throws is thrown here, after all tasks have ended.
  void run(size_t count, FunctionRef<void(size_t index, int worker)> task);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Row range of task `index` when `rows` are cut into tasks of at most `chunk` rows.
struct RowRange {
  size_t begin = 0, end = 0;
  size_t size() const { return end - begin; }
};
inline size_t chunk_count(size_t rows, size_t chunk) { return (rows + chunk - 1) / chunk; }
inline RowRange chunk_rows(size_t rows, size_t chunk, size_t index) {
  return {index * chunk, (index + 1) * chunk < rows ? (index + 1) * chunk : rows};
}

}  // namespace shortlist
