#include "shortlist/cli/answer_writer.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/rows.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/table_notes.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/unseen_values.h"
#include "shortlist/cli/words.h"

namespace shortlist {
namespace {

struct Answers {
  std::vector<std::vector<Recommendation>> items;  // of each row
  UnseenCounts unseen;
};

std::vector<OutputColumn> answer_columns(const Recommender& recommender) {
  std::vector<OutputColumn> columns = {{"query", ColumnType::integer},
                                       {"rank", ColumnType::integer},
                                       {recommender.id_column(), ColumnType::text}};
  for (const std::string& label : recommender.labels())
    columns.push_back({predicted_column(label), ColumnType::number});
  if (recommender.has_retrieval()) columns.push_back({"score", ColumnType::number});
  return columns;
}

// The answers to the rows of a chunk, a line each.
Chunk answer_chunk(const Recommender& recommender, const std::vector<OutputColumn>& columns,
                   uint64_t first_row, int64_t offset, const Answers& answers) {
  Chunk chunk;
  chunk.columns.resize(columns.size());
  for (size_t c = 0; c < columns.size(); ++c) chunk.columns[c].type = columns[c].type;
  for (size_t row = 0; row < answers.items.size(); ++row) {
    for (size_t i = 0; i < answers.items[row].size(); ++i) {
      const Recommendation& item = answers.items[row][i];
      chunk.columns[0].integers.push_back(static_cast<int64_t>(first_row + row + 1));
      chunk.columns[1].integers.push_back(offset + static_cast<int64_t>(i + 1));
      chunk.columns[2].texts.push_back(recommender.item_id(item.item));
      size_t c = 3;
      for (float prediction : item.predictions)
        chunk.columns[c++].numbers.push_back(short_double(prediction));
      if (recommender.has_retrieval()) chunk.columns[c].numbers.push_back(short_double(item.score));
    }
  }
  chunk.rows = chunk.columns[0].integers.size();
  for (Column& column : chunk.columns) column.rows = chunk.rows;
  return chunk;
}

}  // namespace

void recommend_table(const Recommender& recommender, const RecommendCommand& command) {
  stop_on_signals();
  for (const std::string& note : recommender.notes(command.options().where)) say("note: {}", note);
  const Table table = Table::open(command.queries.source());
  say_notes(table);
  const std::vector<OutputColumn> columns = answer_columns(recommender);
  AnswerWriter writer(command.out, columns, command.format);
  RowProgress progress("recommend", table, command.quiet);
  const RecommendOptions options = command.options();
  ThreadPool pool(command.threads);
  UnseenValues unseen;
  const auto work = [&](const Chunk& chunk, Answers& answers) {
    RecommendOptions counting = options;
    counting.unseen = &answers.unseen;
    answers.items = recommender.recommend(chunk.columns, counting);
  };
  const auto write = [&](const Chunk& chunk, const Answers& answers) {
    writer.write(answer_chunk(recommender, columns, chunk.first_row, command.offset, answers));
    unseen.add(answers.unseen);
    progress.show(chunk.first_row + chunk.rows);
  };
  const uint64_t rows = work_on_rows<Answers>(table, recommender.query_requests(), pool, work, write);
  writer.finish();
  progress.finish(rows, command.out);
  unseen.say_once();
}

}  // namespace shortlist
