#include "shortlist/cli/answer_writer.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/rows.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/unseen_values.h"
#include "shortlist/cli/words.h"

namespace shortlist {
namespace {

struct Predictions {
  std::vector<std::vector<float>> labels;  // [row][label]
  UnseenCounts unseen;
};

std::vector<Column> pick(const Chunk& chunk, const std::vector<size_t>& positions) {
  std::vector<Column> columns;
  for (size_t position : positions) columns.push_back(chunk.columns[position]);
  return columns;
}

std::vector<size_t> find_columns(const Table& table, const std::vector<std::string>& names) {
  std::vector<size_t> positions;
  for (const std::string& name : names) positions.push_back(table.column(name));
  return positions;
}

// A list of texts is written as one text.
bool is_list_of_texts(const ColumnInfo& column) {
  return column.type == ColumnType::list && column.sql_type.starts_with("VARCHAR");
}

std::vector<OutputColumn> answer_columns(const Table& table, const std::vector<std::string>& labels) {
  std::vector<OutputColumn> columns;
  for (const ColumnInfo& column : table.columns()) {
    columns.push_back({column.name, is_list_of_texts(column) ? ColumnType::text : column.type});
  }
  for (const std::string& label : labels) {
    if (table.has_column(predicted_column(label))) {
      throw data_error("{}: has a column '{}' already", table.source().describe(), predicted_column(label));
    }
    columns.push_back({predicted_column(label), ColumnType::number});
  }
  return columns;
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

void write_chunk(const Table& table, const Chunk& chunk, const Predictions& predictions,
                 AnswerWriter& writer) {
  Chunk answer = chunk;
  std::deque<std::string> memory;
  for (size_t c = 0; c < chunk.columns.size(); ++c) {
    if (is_list_of_texts(table.columns()[c])) answer.columns[c] = joined(chunk.columns[c], memory);
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
  const Table table = Table::open(command.data.source());
  const auto query_columns = find_columns(table, recommender.query_columns());
  const auto candidate_columns = find_columns(table, recommender.candidate_columns());
  AnswerWriter writer(command.out, answer_columns(table, recommender.labels()), command.format);
  RowProgress progress("predict", table, command.quiet);
  ThreadPool pool(command.threads);
  UnseenValues unseen;
  const auto work = [&](const Chunk& chunk, Predictions& predictions) {
    predictions.labels =
        recommender.predict(pick(chunk, query_columns), pick(chunk, candidate_columns), &predictions.unseen);
  };
  const auto write = [&](const Chunk& chunk, const Predictions& predictions) {
    if (chunk.rows > 0) write_chunk(table, chunk, predictions, writer);
    unseen.add(predictions.unseen);
    progress.show(chunk.first_row + chunk.rows);
  };
  std::vector<std::string> names;
  for (const ColumnInfo& column : table.columns()) names.push_back(column.name);
  const uint64_t rows = work_on_rows<Predictions>(table, names, pool, work, write);
  writer.finish();
  progress.finish(rows, command.out);
  unseen.say_once();
}

}  // namespace shortlist
