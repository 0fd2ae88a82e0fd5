#include <algorithm>
#include <deque>
#include <iterator>

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/answer_table.h"
#include "shortlist/cli/answer_writer.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/passed_columns.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/table_notes.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/unseen_values.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/config.h"
#include "shortlist/jobs/query_table.h"
#include "shortlist/jobs/rows.h"
#include "shortlist/recommend/shown_predictions.h"

namespace shortlist {
void recommend_table(const Recommender& recommender, const RecommendCommand& command) {
  stop_on_signals();
  for (const std::string& note : recommender.notes(command.options().where)) say("note: {}", note);
  const Table table = Table::open(command.queries.source_like(recommender.bundle().config->data));
  say_notes(table);
  QueryTable queries(recommender, table);
  const PassedColumns passed =
      passed_columns(table, command.format, command.out, [&](const std::string& name) {
        return std::ranges::find(queries.requests(), name, &ColumnRequest::name) != queries.requests().end();
      });
  std::vector<ColumnRequest> requests = queries.requests();
  std::ranges::copy(passed.requests, std::back_inserter(requests));
  const AnswerTable answer_table(recommender, passed, command.offset, command.attributes);
  AnswerWriter writer(command.out, answer_table.columns(), command.format);
  RowProgress progress("recommend", table, command.quiet);
  const RecommendOptions options = command.options();
  ThreadPool pool(command.threads);
  UnseenValues unseen;
  const auto work = [&](const Chunk& chunk, Answers& answers) {
    RecommendOptions counting = options;
    counting.unseen = &answers.unseen;
    const std::vector<Column> asked = queries.columns(chunk);
    answers.items = recommender.recommend(asked, counting);
    clamp_to_labels(recommender.bundle(), answers.items);
    answers.gaps = recommender.query_context().gaps(asked);
  };
  const auto write = [&](const Chunk& chunk, const Answers& answers) {
    std::deque<std::string> memory;
    writer.write(answer_table.lines(chunk, answers, 0, chunk.rows, memory));
    unseen.add(answers.unseen);
    queries.count(answers.gaps, chunk.rows);
    progress.show(chunk.first_row + chunk.rows);
  };
  const uint64_t rows = work_on_rows<Answers>(table, requests, pool, work, write, throw_if_stopped);
  writer.finish();
  progress.finish(rows, command.out);
  unseen.say_once();
  for (const std::string& note : queries.notes()) say("note: {}", note);
}

}  // namespace shortlist
