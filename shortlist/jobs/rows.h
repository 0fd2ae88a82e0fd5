// Processes a table's rows on several threads: reads chunks, keeps them, processes them in parallel, and
// writes the results in order. Memory is bounded by the number of threads.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/table/read_range.h"
#include "shortlist/table/table.h"

namespace shortlist {

// A copy of a chunk that stays valid when the next chunk is read.
struct KeptChunk {
  explicit KeptChunk(const Chunk& read);
  Chunk chunk;
  std::deque<std::string> memory;  // what its texts point into
};

// Calls work(chunk, result) on any thread for each chunk of the named columns, then write(chunk, result) on
// the calling thread, in the table's order. Calls between_chunks() before each chunk, which may throw to
// stop. Returns the number of rows. A RowError from `work` counts from the chunk's first row and is rethrown
// as an error that names the table and its row. Reads only the rows of `range`.
template <typename Result>
uint64_t work_on_rows(const Table& table, const std::vector<ColumnRequest>& requests, ThreadPool& pool,
                      const std::function<void(const Chunk&, Result&)>& work,
                      const std::function<void(const Chunk&, const Result&)>& write,
                      const std::function<void()>& between_chunks, TableRange range = {});

// The part of work_on_rows() that does not depend on the results' type.
class ChunkRounds {
 public:
  ChunkRounds(ThreadPool& pool, std::function<void(const Chunk&, size_t slot)> work,
              std::function<void(const Chunk&, size_t slot)> write);
  size_t slots() const { return slots_; }
  uint64_t run(const Table& table, const std::vector<ColumnRequest>& requests,
               const std::function<void()>& between_chunks, TableRange range);

 private:
  void finish_round(const Table& table, const std::vector<ColumnRequest>& requests);
  ThreadPool& pool_;
  std::function<void(const Chunk&, size_t)> work_, write_;
  size_t slots_;
  std::vector<std::unique_ptr<KeptChunk>> kept_;
};

template <typename Result>
uint64_t work_on_rows(const Table& table, const std::vector<ColumnRequest>& requests, ThreadPool& pool,
                      const std::function<void(const Chunk&, Result&)>& work,
                      const std::function<void(const Chunk&, const Result&)>& write,
                      const std::function<void()>& between_chunks, TableRange range) {
  std::vector<Result> results;
  ChunkRounds rounds(
      pool, [&](const Chunk& chunk, size_t slot) { work(chunk, results[slot]); },
      [&](const Chunk& chunk, size_t slot) { write(chunk, results[slot]); });
  results.resize(rounds.slots());
  return rounds.run(table, requests, between_chunks, range);
}

}  // namespace shortlist
