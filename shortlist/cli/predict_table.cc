#include <algorithm>
#include <deque>
#include <iterator>

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/answer_writer.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/item_table.h"
#include "shortlist/cli/passed_columns.h"
#include "shortlist/cli/query_table.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/table_notes.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/unseen_values.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/config.h"
#include "shortlist/jobs/rows.h"
#include "shortlist/recommend/shown_predictions.h"

namespace shortlist {
namespace {

struct Predictions {
  std::vector<std::vector<float>> labels;  // [row][label]
  UnseenCounts unseen;
  std::vector<ColumnGaps> gaps;
  size_t unknown_items = 0;
};

void add_predictions(const Table& table, const std::vector<std::string>& labels,
                     std::vector<OutputColumn>& columns) {
  for (const std::string& label : labels) {
    if (table.has_column(predicted_column(label))) {
      throw data_error("{}: already has a column '{}'", table.source().describe(), predicted_column(label));
    }
    columns.push_back({predicted_column(label), ColumnType::number});
  }
}

// The passed columns are the last of the chunk.
void write_chunk(const PassedColumns& passed, const Chunk& chunk, const Predictions& predictions,
                 AnswerWriter& writer) {
  Chunk answer;
  answer.first_row = chunk.first_row;
  answer.rows = chunk.rows;
  std::deque<std::string> memory;
  answer.columns = take_passed(passed, chunk, memory);
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
  const Table table = Table::open(command.data.source_like(recommender.bundle().config->data));
  say_notes(table);
  QueryTable queries(recommender, table);
  const PassedColumns passed =
      passed_columns(table, command.format, command.out, [](const std::string&) { return true; });
  std::vector<OutputColumn> columns = passed.columns;
  add_predictions(table, recommender.labels(), columns);
  std::vector<ColumnRequest> requests = queries.requests();
  const size_t of_query = requests.size();
  ItemTable items(recommender, table);
  std::ranges::copy(items.requests(), std::back_inserter(requests));
  std::ranges::copy(passed.requests, std::back_inserter(requests));
  AnswerWriter writer(command.out, columns, command.format);
  RowProgress progress("predict", table, command.quiet);
  ThreadPool pool(command.threads);
  UnseenValues unseen;
  const auto work = [&](const Chunk& chunk, Predictions& predictions) {
    const std::vector<Column> asked = queries.columns(chunk);
    const auto [known, columns, unknown] = items.read(chunk, of_query);
    predictions.labels = known.empty() ? recommender.predict(asked, columns, &predictions.unseen)
                                       : recommender.predict(asked, columns, known);
    predictions.unknown_items = unknown;
    if (!command.raw) clamp_to_labels(recommender.bundle(), predictions.labels);
    predictions.gaps = recommender.query_context().gaps(asked);
  };
  const auto write = [&](const Chunk& chunk, const Predictions& predictions) {
    if (chunk.rows > 0) write_chunk(passed, chunk, predictions, writer);
    unseen.add(predictions.unseen);
    queries.count(predictions.gaps, chunk.rows);
    items.count(predictions.unknown_items);
    progress.show(chunk.first_row + chunk.rows);
  };
  const uint64_t rows = work_on_rows<Predictions>(table, requests, pool, work, write, throw_if_stopped);
  writer.finish();
  progress.finish(rows, command.out);
  unseen.say_once();
  items.say_unknown();
  queries.say_gaps();
}

}  // namespace shortlist
