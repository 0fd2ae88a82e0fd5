// Answers to a shard of a table. A query that cannot be answered becomes a line with an error.
#include <algorithm>
#include <chrono>
#include <deque>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "shortlist/base/count_text.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/manifest.h"
#include "shortlist/cli/answer_table.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/passed_columns.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/table_notes.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/unseen_values.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/config.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/io/sha256.h"
#include "shortlist/jobs/answer_shard.h"
#include "shortlist/jobs/query_table.h"
#include "shortlist/jobs/rows.h"
#include "shortlist/recommend/shown_predictions.h"

namespace shortlist {
namespace {

nlohmann::json options_of(const RecommendCommand& command) {
  std::string order = "auto";
  if (command.order) order = enum_name(*command.order);
  return {{"k", command.k},
          {"offset", command.offset},
          {"retrieve", command.retrieve},
          {"keep_seen", command.keep_seen},
          {"exclude", command.exclude},
          {"where", command.where},
          {"order", order},
          {"blend", command.blend ? nlohmann::json(*command.blend) : nlohmann::json()},
          {"attributes", command.attributes}};
}

AnswerJob job_of(const RecommendCommand& command, const Table& table) {
  const std::string& format = command.format;
  return {.rows = table.rows(),
          .part_rows = command.part_rows,
          .inputs = describe_inputs(table),
          .bundle = sha256_file_hex(command.bundle + "/" + kManifestFile),
          .options = options_of(command),
          .ending = format.empty()     ? "parquet"
                    : format == "json" ? "jsonl"
                                       : format};
}

// Answers the rows that have no error, and finds those that have one.
class RowAnswerer {
 public:
  RowAnswerer(const Recommender& recommender, const RecommendOptions& options)
      : recommender_(recommender), options_(options) {}

  void answer(const std::vector<Column>& queries, size_t rows, Answers& answers) const {
    answers.items.assign(rows, {});
    answers.errors.assign(rows, "");
    std::vector<uint32_t> good(rows);
    for (uint32_t row = 0; row < rows; ++row) good[row] = row;
    while (!good.empty()) {
      try {
        return answer_rows(queries, good, answers);
      } catch (const RowError& error) {
        answers.errors[good[error.row()]] =
            error.column().empty() ? error.detail()
                                   : fmt::format("column '{}': {}", error.column(), error.detail());
        good.erase(good.begin() + static_cast<std::ptrdiff_t>(error.row()));
      }
    }
    answers.unseen.clear();
    answers.gaps.clear();
  }

 private:
  void answer_rows(const std::vector<Column>& queries, const std::vector<uint32_t>& rows,
                   Answers& answers) const {
    std::vector<Column> asked;
    for (const Column& column : queries) asked.push_back(take_rows(column, rows));
    answers.unseen.clear();
    RecommendOptions counting = options_;
    counting.unseen = &answers.unseen;
    std::vector<std::vector<Recommendation>> items = recommender_.recommend(asked, counting);
    clamp_to_labels(recommender_.bundle(), items);
    answers.gaps = recommender_.query_context().gaps(asked);
    for (size_t i = 0; i < rows.size(); ++i) answers.items[rows[i]] = std::move(items[i]);
  }

  const Recommender& recommender_;
  const RecommendOptions& options_;
};

// Cuts the lines of chunks into parts. Parts that earlier runs finished are skipped.
class PartWriter {
 public:
  PartWriter(AnswerShard& shard, const AnswerTable& table) : shard_(shard), table_(table) {}

  bool needs(const Chunk& chunk) const {
    const size_t last = shard_.part_of(chunk.first_row + chunk.rows - 1);
    for (size_t part = shard_.part_of(chunk.first_row); part <= last; ++part)
      if (!shard_.has_part(part)) return true;
    return false;
  }

  void write(const Chunk& chunk, const Answers& answers) {
    for (size_t row = 0; row < chunk.rows;) {
      const size_t part = shard_.part_of(chunk.first_row + row);
      const TableRange rows = shard_.rows_of_part(part);
      const size_t end = std::min<uint64_t>(chunk.rows, rows.end - chunk.first_row);
      if (!shard_.has_part(part)) write_rows(part, chunk, answers, row, end);
      row = end;
    }
  }

 private:
  void write_rows(size_t part, const Chunk& chunk, const Answers& answers, size_t begin, size_t end) {
    if (!writer_) writer_.emplace(shard_.path_of_part(part), table_.columns());
    std::deque<std::string> memory;
    const Chunk lines = table_.lines(chunk, answers, begin, end, memory);
    writer_->write(lines);
    figures_.rows += end - begin;
    figures_.lines += lines.rows;
    for (size_t row = begin; row < end; ++row) figures_.errors += answers.errors[row].empty() ? 0 : 1;
    if (chunk.first_row + end < shard_.rows_of_part(part).end) return;
    writer_->finish();
    writer_.reset();
    shard_.finish_part(part, std::exchange(figures_, {}));
  }

  AnswerShard& shard_;
  const AnswerTable& table_;
  std::optional<TableWriter> writer_;
  AnswerPart figures_;
};

// The rows from the first missing part on.
TableRange rows_to_read(const AnswerShard& shard) {
  TableRange rows = shard.rows();
  for (size_t part = 0; part < shard.parts() && shard.has_part(part); ++part)
    rows.begin = shard.rows_of_part(part).end;
  return rows;
}

std::string count_of(uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count_text(count), what, count == 1 ? "" : "s");
}

void say_finished(const RecommendCommand& command, const AnswerShard& shard, uint64_t answered,
                  double seconds) {
  const AnswerPart all = shard.totals();
  const std::string errors =
      all.errors == 0 ? "" : fmt::format(", {} with an error (column error)", count_of(all.errors, "row"));
  say("shard {}: {} of queries in {}{}; {} answered now in {}, {} rows/s; written to {}", command.shard,
      count_of(all.rows, "row"), count_of(shard.parts(), "part"), errors, count_text(answered),
      duration_text(seconds),
      count_text(static_cast<uint64_t>(static_cast<double>(answered) / std::max(1e-9, seconds))),
      command.out);
}

void answer_shard(const Recommender& recommender, const RecommendCommand& command, const Table& table,
                  AnswerShard& shard) {
  const std::atomic<bool>& stop = stop_on_signals();
  QueryTable queries(recommender, table);
  const auto is_asked = [&](const std::string& name) {
    return std::ranges::find(queries.requests(), name, &ColumnRequest::name) != queries.requests().end();
  };
  const PassedColumns passed = passed_columns(table, "", shard.path_of_part(0), is_asked);
  std::vector<ColumnRequest> requests = queries.requests();
  std::ranges::copy(passed.requests, std::back_inserter(requests));
  const AnswerTable answer_table(recommender, passed, command.offset, command.attributes,
                                 RowErrors::are_a_column);
  const RecommendOptions options = command.options();
  const RowAnswerer answerer(recommender, options);
  PartWriter writer(shard, answer_table);
  const TableRange rows = rows_to_read(shard);
  RowProgress progress("recommend", rows.size(), command.quiet);
  const auto start = std::chrono::steady_clock::now();
  ThreadPool pool(command.threads);
  UnseenValues unseen;
  const auto work = [&](const Chunk& chunk, Answers& answers) {
    answers = {};
    if (writer.needs(chunk)) answerer.answer(queries.columns(chunk), chunk.rows, answers);
  };
  uint64_t answered = 0;
  const auto write = [&](const Chunk& chunk, const Answers& answers) {
    writer.write(chunk, answers);
    if (!answers.unseen.empty()) unseen.add(answers.unseen);
    if (!answers.gaps.empty()) queries.count(answers.gaps, chunk.rows);
    answered += answers.items.size();
    progress.show(chunk.first_row + chunk.rows - rows.begin);
  };
  work_on_rows<Answers>(
      table, requests, pool, work, write,
      [&] {
        if (stop)
          throw Error(ErrorKind::interrupted,
                      fmt::format("stopped; finished parts are kept, and the same command "
                                  "continues with the next one"));
      },
      rows);
  shard.finish();
  if (command.quiet) return;
  say_finished(command, shard, answered,
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  unseen.say_once();
  for (const std::string& note : queries.notes()) say("note: {}", note);
}

}  // namespace

void recommend_shard(const Recommender& recommender, const RecommendCommand& command) {
  for (const std::string& note : recommender.notes(command.options().where)) say("note: {}", note);
  const Table table = Table::open(command.queries.source_like(recommender.bundle().config->data));
  say_notes(table);
  AnswerShard shard(command.out, Shard::parse(command.shard), job_of(command, table));
  if (shard.was_finished()) {
    const AnswerPart all = shard.totals();
    if (!command.quiet)
      say("shard {}: {} of queries in {} are already in {}; nothing to do", command.shard,
          count_of(all.rows, "row"), count_of(shard.parts(), "part"), command.out);
    return;
  }
  if (shard.found() > 0 && !command.quiet)
    say("shard {}: continues after {} of {}", command.shard, shard.found(), count_of(shard.parts(), "part"));
  answer_shard(recommender, command, table, shard);
}

}  // namespace shortlist
