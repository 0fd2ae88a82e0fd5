#include <algorithm>
#include <deque>
#include <iterator>

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/passed_columns.h"
#include "shortlist/cli/query_table.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/table_notes.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/unseen_values.h"
#include "shortlist/config/config.h"
#include "shortlist/io/npy.h"
#include "shortlist/jobs/rows.h"
#include "shortlist/table/table_writer.h"

namespace shortlist {
namespace {

// The keys of "users.npy" are in "users.ids.csv".
std::string ids_file(const std::string& path) {
  return path.substr(0, path.size() - std::string_view(".npy").size()) + ".ids.csv";
}

// Writes vectors to a table that includes their keys, or to a .npy file with the keys in a separate table.
class VectorFile {
 public:
  VectorFile(const std::string& path, std::vector<OutputColumn> keys, size_t width)
      : path_(path), npy_(path.ends_with(".npy")), width_(width) {
    if (!npy_) keys.push_back({"embedding", ColumnType::list});
    writer_.emplace(npy_ ? ids_file(path) : path, std::move(keys));
  }
  // Write the keys of a vector here before add().
  TableWriter& keys() { return *writer_; }
  void add(std::span<const float> values) {
    if (!npy_) return writer_->list(values);
    values_.insert(values_.end(), values.begin(), values.end());
  }
  void finish() {
    writer_->finish();
    if (npy_) write_npy(path_, values_, values_.size() / width_, width_);
  }
  // The path, for messages.
  std::string place() const { return npy_ ? fmt::format("{}, ids in {}", path_, ids_file(path_)) : path_; }

 private:
  std::string path_;
  bool npy_;
  std::optional<TableWriter> writer_;
  std::vector<float> values_;
  size_t width_;
};

void embed_items(const Recommender& recommender, const EmbedCommand& command) {
  const ConstMatrix embeddings = recommender.bundle().need_item_vectors("embed --items");
  VectorFile file(command.out, {{recommender.id_column(), ColumnType::text}}, embeddings.cols);
  for (size_t i = 0; i < embeddings.rows; ++i) {
    file.keys().text(recommender.item_id(static_cast<uint32_t>(i)));
    file.add({embeddings.row(i), embeddings.cols});
  }
  file.finish();
  if (!command.quiet)
    say("wrote {} vectors of {} numbers to {}", embeddings.rows, embeddings.cols, file.place());
}

struct Embedded {
  std::vector<std::vector<float>> vectors;
  UnseenCounts unseen;
  std::vector<ColumnGaps> gaps;
};

// "query", the row's number, and for a .npy file also the query's columns as in the table.
std::vector<OutputColumn> key_columns(const PassedColumns& passed) {
  std::vector<OutputColumn> keys = {{"query", ColumnType::integer}};
  for (const OutputColumn& column : passed.columns)
    keys.push_back({column.name == "query" ? "query_query" : column.name, ColumnType::text});
  return keys;
}

void write_keys(const Chunk& chunk, const std::vector<Column>& passed, size_t row, TableWriter& keys) {
  keys.integer(static_cast<int64_t>(chunk.first_row + row + 1));
  for (const Column& column : passed) {
    if (column.is_missing(row))
      keys.missing();
    else
      keys.text(column.texts[row]);
  }
}

void embed_queries(const Recommender& recommender, const EmbedCommand& command) {
  const Towers& towers = recommender.bundle().need_towers("embed --queries");
  stop_on_signals();
  const Table table = Table::open(command.queries.source_like(recommender.bundle().config->data));
  say_notes(table);
  QueryTable queries(recommender, table);
  // In the table for a .npy file all values are texts.
  PassedColumns passed = passed_columns(table, "", command.out, [&](const std::string& name) {
    return command.out.ends_with(".npy") &&
           std::ranges::find(queries.requests(), name, &ColumnRequest::name) != queries.requests().end();
  });
  passed.joined.assign(passed.joined.size(), false);
  for (ColumnRequest& request : passed.requests) request.as = ReadAs::written;
  VectorFile file(command.out, key_columns(passed), towers.query_width());
  RowProgress progress("embed", table, command.quiet);
  ThreadPool pool(command.threads);
  UnseenValues unseen;
  const auto work = [&](const Chunk& chunk, Embedded& embedded) {
    const std::vector<Column> asked = queries.columns(chunk);
    embedded.vectors = recommender.embed_queries(asked, &embedded.unseen);
    embedded.gaps = recommender.query_context().gaps(asked);
  };
  const auto write = [&](const Chunk& chunk, const Embedded& embedded) {
    std::deque<std::string> memory;
    const std::vector<Column> keys = take_passed(passed, chunk, memory);
    for (size_t row = 0; row < chunk.rows; ++row) {
      write_keys(chunk, keys, row, file.keys());
      file.add(embedded.vectors[row]);
    }
    unseen.add(embedded.unseen);
    queries.count(embedded.gaps, chunk.rows);
    progress.show(chunk.first_row + chunk.rows);
  };
  std::vector<ColumnRequest> requests = queries.requests();
  std::ranges::copy(passed.requests, std::back_inserter(requests));
  const uint64_t rows = work_on_rows<Embedded>(table, requests, pool, work, write, throw_if_stopped);
  file.finish();
  progress.finish(rows, file.place());
  unseen.say_once();
  queries.say_gaps();
}

}  // namespace

void run(const EmbedCommand& command) {
  if (!command.items && command.queries.table.empty()) {
    throw usage_error("embed: need --items or --queries TABLE");
  }
  const Recommender recommender = Recommender::load(command.bundle);
  command.items ? embed_items(recommender, command) : embed_queries(recommender, command);
}

}  // namespace shortlist
