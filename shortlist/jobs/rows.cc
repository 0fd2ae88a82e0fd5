#include "shortlist/jobs/rows.h"

#include <fmt/format.h>

#include "shortlist/features/cell.h"
#include "shortlist/table/text_value.h"

namespace shortlist {
namespace {

constexpr size_t kChunksAThread = 4;

Column keep(const Column& column, std::deque<std::string>& memory) {
  Column kept = column;
  size_t bytes = 0;
  for (std::string_view text : column.texts) bytes += text.size();
  std::string& all = memory.emplace_back();
  all.reserve(bytes);  // views into it stay valid as it fills
  for (std::string_view& text : kept.texts) {
    const size_t at = all.size();
    all += text;
    text = std::string_view(all).substr(at);
  }
  if (column.elements) kept.elements = std::make_shared<Column>(keep(*column.elements, memory));
  return kept;
}

// Advice on the text that the error is about, if it is one.
std::string advice_on(const RowError& error, const Chunk& chunk, const std::vector<ColumnRequest>& requests) {
  for (size_t c = 0; c < requests.size() && c < chunk.columns.size(); ++c) {
    const Column& column = chunk.columns[c];
    const bool is_it = std::string_view(error.in_column(requests[c].name).what()) == error.what();
    if (is_it && column.type == ColumnType::text && !column.is_missing(error.row()))
      return advice_on_number(column.texts[error.row()]);
  }
  return "";
}

}  // namespace

KeptChunk::KeptChunk(const Chunk& read) {
  chunk.first_row = read.first_row;
  chunk.rows = read.rows;
  for (const Column& column : read.columns) chunk.columns.push_back(keep(column, memory));
}

ChunkRounds::ChunkRounds(ThreadPool& pool, std::function<void(const Chunk&, size_t)> work,
                         std::function<void(const Chunk&, size_t)> write)
    : pool_(pool),
      work_(std::move(work)),
      write_(std::move(write)),
      slots_(kChunksAThread * static_cast<size_t>(pool.threads())) {}

uint64_t ChunkRounds::run(const Table& table, const std::vector<ColumnRequest>& requests,
                          const std::function<void()>& between_chunks, TableRange range) {
  uint64_t rows = 0;
  read_range(table, requests, range, [&](const Chunk& chunk) {
    between_chunks();
    kept_.push_back(std::make_unique<KeptChunk>(chunk));
    rows += chunk.rows;
    if (kept_.size() == slots_) finish_round(table, requests);
  });
  finish_round(table, requests);
  return rows;
}

void ChunkRounds::finish_round(const Table& table, const std::vector<ColumnRequest>& requests) {
  pool_.run(kept_.size(), [&](size_t i, int) {
    try {
      work_(kept_[i]->chunk, i);
    } catch (const RowError& error) {
      const Chunk& chunk = kept_[i]->chunk;
      throw data_error("{}: {}{}", table.source().describe(), error.after(chunk.first_row).what(),
                       advice_on(error, chunk, requests));
    }
  });
  for (size_t i = 0; i < kept_.size(); ++i) write_(kept_[i]->chunk, i);
  kept_.clear();
}

}  // namespace shortlist
