#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/rows.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/table_notes.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/unseen_values.h"
#include "shortlist/io/npy.h"
#include "shortlist/table/table_writer.h"

namespace shortlist {
namespace {

// Vectors on their way to a .npy file, or with a key beside each to a table.
class VectorFile {
 public:
  VectorFile(const std::string& path, OutputColumn key, size_t width) : path_(path), width_(width) {
    if (!path.ends_with(".npy"))
      writer_.emplace(path, std::vector<OutputColumn>{key, {"embedding", ColumnType::list}});
  }
  void add(std::string_view key, std::span<const float> values) {
    if (writer_) writer_->text(key);
    add(values);
  }
  void add(int64_t key, std::span<const float> values) {
    if (writer_) writer_->integer(key);
    add(values);
  }
  void finish() {
    if (writer_) return writer_->finish();
    write_npy(path_, values_, values_.size() / width_, width_);
  }

 private:
  void add(std::span<const float> values) {
    if (writer_) return writer_->list(values);
    values_.insert(values_.end(), values.begin(), values.end());
  }
  std::string path_;
  std::optional<TableWriter> writer_;
  std::vector<float> values_;
  size_t width_;
};

void embed_candidates(const Recommender& recommender, const EmbedCommand& command) {
  const ConstMatrix embeddings = recommender.bundle().candidate_embeddings();
  VectorFile file(command.out, {recommender.id_column(), ColumnType::text}, embeddings.cols);
  for (size_t i = 0; i < embeddings.rows; ++i) {
    file.add(recommender.item_id(static_cast<uint32_t>(i)), {embeddings.row(i), embeddings.cols});
  }
  file.finish();
  if (!command.quiet)
    say("wrote {} vectors of {} numbers to {}", embeddings.rows, embeddings.cols, command.out);
}

struct Embedded {
  std::vector<std::vector<float>> vectors;
  UnseenCounts unseen;
};

void embed_queries(const Recommender& recommender, const EmbedCommand& command) {
  stop_on_signals();
  const Table table = Table::open(command.queries.source());
  say_notes(table);
  const ModelSpec& spec = recommender.bundle().spec;
  VectorFile file(command.out, {"query", ColumnType::integer},
                  static_cast<size_t>(spec.at(spec.query).width));
  RowProgress progress("embed", table, command.quiet);
  ThreadPool pool(command.threads);
  UnseenValues unseen;
  const auto work = [&](const Chunk& chunk, Embedded& embedded) {
    embedded.vectors = recommender.embed_queries(chunk.columns, &embedded.unseen);
  };
  const auto write = [&](const Chunk& chunk, const Embedded& embedded) {
    for (size_t row = 0; row < chunk.rows; ++row) {
      file.add(static_cast<int64_t>(chunk.first_row + row + 1), embedded.vectors[row]);
    }
    unseen.add(embedded.unseen);
    progress.show(chunk.first_row + chunk.rows);
  };
  const uint64_t rows = work_on_rows<Embedded>(table, recommender.query_requests(), pool, work, write);
  file.finish();
  progress.finish(rows, command.out);
  unseen.say_once();
}

}  // namespace

void run(const EmbedCommand& command) {
  if (!command.candidates && command.queries.table.empty()) {
    throw usage_error("embed: need --candidates or --queries TABLE");
  }
  const Recommender recommender = Recommender::load(command.bundle);
  command.candidates ? embed_candidates(recommender, command) : embed_queries(recommender, command);
}

}  // namespace shortlist
