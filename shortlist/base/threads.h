// A fixed set of threads that run numbered tasks.
#pragma once

#include <cstddef>
#include <memory>

#include "shortlist/base/function_ref.h"

namespace shortlist {

// The problem, never the number of threads, determines how work is divided into tasks, and no two tasks write
// the same data. So a result does not depend on the number of threads or on which thread runs a task.
// Thread t of n starts with its own share of the tasks, from t/n to (t + 1)/n of them: work that is divided
// the same way each time finds its data in the caches of the core that used it last.
// Every thread flushes subnormals to zero while it runs tasks. Not reentrant: a task must not call run().
class ThreadPool {
 public:
  // `threads` includes the calling thread; 0 means one for each processor that this process may use. Throws a
  // failed Error if they cannot be started.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;

  // Calls task(index, worker) once for every index in [0, count) and returns when all are done. `worker` in
  // [0, threads()) identifies the thread, for scratch memory. The first exception thrown by a task is
  // rethrown here, after all tasks have ended.
  void run(size_t count, FunctionRef<void(size_t index, int worker)> task);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Row range of task `index` if `rows` are divided into tasks of at most `chunk` rows.
struct RowRange {
  size_t begin = 0, end = 0;
  size_t size() const { return end - begin; }
};
inline size_t chunk_count(size_t rows, size_t chunk) { return (rows + chunk - 1) / chunk; }
inline RowRange chunk_rows(size_t rows, size_t chunk, size_t index) {
  return {index * chunk, (index + 1) * chunk < rows ? (index + 1) * chunk : rows};
}

}  // namespace shortlist
