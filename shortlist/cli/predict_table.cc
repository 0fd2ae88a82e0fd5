#include <algorithm>
#include <deque>
#include <iterator>

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/answer_writer.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/rows.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/table_notes.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/unseen_values.h"
#include "shortlist/cli/words.h"
#include "shortlist/table/json_columns.h"
#include "shortlist/table/sql_type.h"

namespace shortlist {
namespace {

struct Predictions {
  std::vector<std::vector<float>> labels;  // [row][label]
  UnseenCounts unseen;
};

std::vector<Column> pick(const Chunk& chunk, size_t first, size_t count) {
  const auto begin = chunk.columns.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

// The table's own columns go through untouched: as their texts, which Parquet turns into their types again. A
// list of numbers stays one elsewhere, and a list of texts is written as one text.
struct PassedColumns {
  std::vector<ColumnRequest> requests;
  std::vector<OutputColumn> columns;
  std::vector<bool> joined;
};

bool is_parquet(const PredictCommand& command) {
  return command.format.empty() && command.out.ends_with(".parquet");
}

bool is_json(const PredictCommand& command) {
  return command.format == "json" ||
         (command.format.empty() && (command.out.ends_with(".jsonl") || command.out.ends_with(".ndjson") ||
                                     command.out.ends_with(".json")));
}

PassedColumns passed_columns(const Table& table, const PredictCommand& command) {
  PassedColumns passed;
  const bool parquet = is_parquet(command);
  const std::vector<bool> raw =
      is_json(command) ? columns_of_raw_json(table) : std::vector<bool>(table.columns().size());
  for (const ColumnInfo& column : table.columns()) {
    const bool list = column.type == ColumnType::list && !parquet;
    passed.joined.push_back(list && column_type(element_type(column.sql_type)) == ColumnType::text);
    passed.requests.push_back({column.name, list ? ReadAs::stored : ReadAs::written});
    OutputColumn& output = passed.columns.emplace_back();
    output.name = column.name;
    if (list && !passed.joined.back()) output.type = ColumnType::list;
    output.raw = raw[passed.columns.size() - 1];
    if (parquet && column.sql_type != "VARCHAR") output.sql_type = column.sql_type;
  }
  return passed;
}

void add_predictions(const Table& table, const std::vector<std::string>& labels,
                     std::vector<OutputColumn>& columns) {
  for (const std::string& label : labels) {
    if (table.has_column(predicted_column(label))) {
      throw data_error("{}: has a column '{}' already", table.source().describe(), predicted_column(label));
    }
    columns.push_back({predicted_column(label), ColumnType::number});
  }
}

Column joined(const Column& list, std::deque<std::string>& memory) {
  Column column;
  column.rows = list.rows;
  column.missing = list.missing;
  for (size_t row = 0; row < list.rows; ++row) {
    std::string& text = memory.emplace_back();
    for (uint32_t e = list.offsets[row]; e < list.offsets[row + 1]; ++e) {
      text += (text.empty() ? "" : ", ") + std::string(list.elements->texts[e]);
    }
    column.texts.push_back(text);
  }
  return column;
}

// The columns that were passed are the last of the chunk.
void write_chunk(const PassedColumns& passed, const Chunk& chunk, const Predictions& predictions,
                 AnswerWriter& writer) {
  Chunk answer;
  answer.first_row = chunk.first_row;
  answer.rows = chunk.rows;
  answer.columns = pick(chunk, chunk.columns.size() - passed.requests.size(), passed.requests.size());
  std::deque<std::string> memory;
  for (size_t c = 0; c < answer.columns.size(); ++c) {
    if (passed.joined[c]) answer.columns[c] = joined(answer.columns[c], memory);
  }
  for (size_t t = 0; t < predictions.labels.front().size(); ++t) {
    Column& column = answer.columns.emplace_back();
    column.type = ColumnType::number;
    column.rows = chunk.rows;
    for (const std::vector<float>& row : predictions.labels) column.numbers.push_back(short_double(row[t]));
  }
  writer.write(answer);
}

}  // namespace

void predict_table(const Recommender& recommender, const PredictCommand& command) {
  stop_on_signals();
  const Table table = Table::open(command.data.source_like(recommender.bundle().config.data));
  say_notes(table);
  const PassedColumns passed = passed_columns(table, command);
  std::vector<OutputColumn> columns = passed.columns;
  add_predictions(table, recommender.labels(), columns);
  std::vector<ColumnRequest> requests = recommender.query_requests();
  const size_t of_query = requests.size();
  std::ranges::copy(recommender.candidate_requests(), std::back_inserter(requests));
  const size_t of_candidate = requests.size() - of_query;
  std::ranges::copy(passed.requests, std::back_inserter(requests));
  AnswerWriter writer(command.out, columns, command.format);
  RowProgress progress("predict", table, command.quiet);
  ThreadPool pool(command.threads);
  UnseenValues unseen;
  const auto work = [&](const Chunk& chunk, Predictions& predictions) {
    predictions.labels = recommender.predict(pick(chunk, 0, of_query), pick(chunk, of_query, of_candidate),
                                             &predictions.unseen);
  };
  const auto write = [&](const Chunk& chunk, const Predictions& predictions) {
    if (chunk.rows > 0) write_chunk(passed, chunk, predictions, writer);
    unseen.add(predictions.unseen);
    progress.show(chunk.first_row + chunk.rows);
  };
  const uint64_t rows = work_on_rows<Predictions>(table, requests, pool, work, write);
  writer.finish();
  progress.finish(rows, command.out);
  unseen.say_once();
}

}  // namespace shortlist
