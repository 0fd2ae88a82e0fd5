#include <algorithm>
#include <deque>
#include <iterator>
#include <set>

#include "shortlist/bundle/bundle.h"
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
namespace {

struct Answers {
  std::vector<std::vector<Recommendation>> items;  // of each row
  UnseenCounts unseen;
  std::vector<ColumnGaps> gaps;
};

// query, the query's own columns, rank, item_id, predictions, score, attributes.
class AnswerTable {
 public:
  AnswerTable(const Recommender& recommender, const PassedColumns& passed, int64_t offset, bool attributes)
      : recommender_(recommender), passed_(passed), offset_(offset) {
    std::vector<OutputColumn> answer = {{"rank", ColumnType::integer}, {"item_id", ColumnType::text}};
    for (const std::string& label : recommender.labels())
      answer.push_back({predicted_column(label), ColumnType::number});
    if (recommender.has_retrieval()) answer.push_back({"score", ColumnType::number});
    std::set<std::string> names = {"query"};
    for (const OutputColumn& column : answer) names.insert(column.name);
    columns_ = {{"query", ColumnType::integer}};
    for (OutputColumn column : passed.columns) {
      column.name = free_name(column.name, "query_", names);
      columns_.push_back(column);
    }
    std::ranges::copy(answer, std::back_inserter(columns_));
    if (!attributes) return;
    for (const Attribute& attribute : recommender.attributes()) {
      columns_.push_back({free_name(attribute.name, "item_", names), written_type(attribute)});
      attributes_.push_back(&attribute);
    }
  }

  const std::vector<OutputColumn>& columns() const { return columns_; }

  // Writes a line per item of each row of the chunk, which ends with the passed columns.
  Chunk lines(const Chunk& queries, const Answers& answers, std::deque<std::string>& memory) const {
    Chunk chunk;
    chunk.columns.resize(columns_.size());
    for (size_t c = 0; c < columns_.size(); ++c) chunk.columns[c].type = columns_[c].type;
    const std::vector<Column> passed = take_passed(passed_, queries, memory);
    for (size_t row = 0; row < answers.items.size(); ++row) {
      for (size_t i = 0; i < answers.items[row].size(); ++i) {
        auto column = chunk.columns.begin();
        (column++)->integers.push_back(static_cast<int64_t>(queries.first_row + row + 1));
        for (const Column& from : passed) repeat(from, row, *column++);
        (column++)->integers.push_back(offset_ + static_cast<int64_t>(i + 1));
        add_item(answers.items[row][i], column, memory);
        ++chunk.rows;
      }
    }
    for (Column& column : chunk.columns) {
      column.rows = chunk.rows;
      if (!column.missing.empty()) column.missing.resize(chunk.rows);
    }
    return chunk;
  }

 private:
  // The name, with the prefix repeated until it is unused. Marks it as taken.
  static std::string free_name(std::string name, const char* prefix, std::set<std::string>& taken) {
    while (!taken.insert(name).second) name = prefix + name;
    return name;
  }

  static void set_missing(Column& to, size_t row) {
    to.missing.resize(row + 1);
    to.missing[row] = 1;
  }

  // Appends row `row` of a column of texts, or of lists of numbers.
  static void repeat(const Column& from, size_t row, Column& to) {
    if (to.type != ColumnType::list) {
      to.texts.push_back(from.texts[row]);
      if (from.is_missing(row)) set_missing(to, to.texts.size() - 1);
      return;
    }
    if (to.offsets.empty()) {
      to.offsets.push_back(0);
      to.elements = std::make_shared<Column>();
      to.elements->type = from.elements->type;
    }
    Column& elements = *to.elements;
    for (uint32_t e = from.offsets[row]; e < from.offsets[row + 1]; ++e) {
      if (elements.type == ColumnType::integer)
        elements.integers.push_back(from.elements->integers[e]);
      else
        elements.numbers.push_back(from.elements->numbers[e]);
      ++elements.rows;
    }
    to.offsets.push_back(static_cast<uint32_t>(elements.rows));
    if (from.is_missing(row)) set_missing(to, to.offsets.size() - 2);
  }

  void add_item(const Recommendation& item, std::vector<Column>::iterator column,
                std::deque<std::string>& memory) const {
    (column++)->texts.push_back(recommender_.item_id(item.item));
    for (float prediction : item.predictions) (column++)->numbers.push_back(short_double(prediction));
    if (recommender_.has_retrieval()) (column++)->numbers.push_back(short_double(item.score));
    for (const Attribute* attribute : attributes_)
      add_attribute(*attribute, attribute->values[item.item], *column++, memory);
  }

  static void add_attribute(const Attribute& attribute, const AttributeValue& value, Column& to,
                            std::deque<std::string>& memory) {
    size_t row = 0;
    if (to.type == ColumnType::integer) {
      const auto* whole = std::get_if<int64_t>(&value);
      to.integers.push_back(whole == nullptr ? 0 : *whole);
      row = to.integers.size() - 1;
    } else if (to.type == ColumnType::number || to.type == ColumnType::time) {
      const auto* whole = std::get_if<int64_t>(&value);
      const auto* number = std::get_if<double>(&value);
      to.numbers.push_back(whole != nullptr ? static_cast<double>(*whole) : number != nullptr ? *number : 0);
      row = to.numbers.size() - 1;
    } else {
      to.texts.push_back(memory.emplace_back(text_of(attribute, value)));
      row = to.texts.size() - 1;
    }
    if (is_missing(value)) set_missing(to, row);
  }

  const Recommender& recommender_;
  const PassedColumns& passed_;
  int64_t offset_;
  std::vector<const Attribute*> attributes_;
  std::vector<OutputColumn> columns_;
};

}  // namespace

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
    writer.write(answer_table.lines(chunk, answers, memory));
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
