#include "shortlist/cli/answer_table.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "shortlist/cli/words.h"

namespace shortlist {
namespace {

// The name, with the prefix repeated until it is unused. Marks it as taken.
std::string free_name(std::string name, const char* prefix, std::set<std::string>& taken) {
  while (!taken.insert(name).second) name = prefix + name;
  return name;
}

void set_missing(Column& to, size_t row) {
  to.missing.resize(row + 1);
  to.missing[row] = 1;
}

// Appends row `row` of a column of texts, or of lists of numbers.
void repeat(const Column& from, size_t row, Column& to) {
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

void add_attribute(const Attribute& attribute, const AttributeValue& value, Column& to,
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

// Appends a missing value.
void add_missing(Column& to) {
  switch (to.type) {
    case ColumnType::integer:
      to.integers.push_back(0);
      return set_missing(to, to.integers.size() - 1);
    case ColumnType::number:
    case ColumnType::time:
      to.numbers.push_back(0);
      return set_missing(to, to.numbers.size() - 1);
    default:
      to.texts.emplace_back();
      return set_missing(to, to.texts.size() - 1);
  }
}

}  // namespace

AnswerTable::AnswerTable(const Recommender& recommender, const PassedColumns& passed, int64_t offset,
                         bool attributes, RowErrors errors)
    : recommender_(recommender), passed_(passed), offset_(offset), errors_(errors) {
  std::vector<OutputColumn> answer = {{"rank", ColumnType::integer}, {"item_id", ColumnType::text}};
  for (const std::string& label : recommender.labels())
    answer.push_back({predicted_column(label), ColumnType::number});
  if (recommender.has_retrieval()) answer.push_back({"score", ColumnType::number});
  std::set<std::string> names = {"query"};
  for (const OutputColumn& column : answer) names.insert(column.name);
  if (errors == RowErrors::are_a_column) names.insert("error");
  columns_ = {{"query", ColumnType::integer}};
  for (OutputColumn column : passed.columns) {
    column.name = free_name(column.name, "query_", names);
    columns_.push_back(column);
  }
  std::ranges::copy(answer, std::back_inserter(columns_));
  for (const Attribute& attribute : recommender.attributes()) {
    if (!attributes) break;
    columns_.push_back({free_name(attribute.name, "item_", names), written_type(attribute)});
    attributes_.push_back(&attribute);
  }
  if (errors == RowErrors::are_a_column) columns_.push_back({"error", ColumnType::text});
}

Chunk AnswerTable::lines(const Chunk& queries, const Answers& answers, size_t begin, size_t end,
                         std::deque<std::string>& memory) const {
  Chunk chunk;
  chunk.columns.resize(columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c) chunk.columns[c].type = columns_[c].type;
  const std::vector<Column> passed = take_passed(passed_, queries, memory);
  const auto start_line = [&](size_t row) {
    ColumnPlace column = chunk.columns.begin();
    (column++)->integers.push_back(static_cast<int64_t>(queries.first_row + row + 1));
    for (const Column& from : passed) repeat(from, row, *column++);
    ++chunk.rows;
    return column;
  };
  for (size_t row = begin; row < end; ++row) {
    if (!answers.errors.empty() && !answers.errors[row].empty()) {
      add_error(answers.errors[row], start_line(row), chunk.columns.end());
      continue;
    }
    for (size_t i = 0; i < answers.items[row].size(); ++i) {
      ColumnPlace column = start_line(row);
      (column++)->integers.push_back(offset_ + static_cast<int64_t>(i + 1));
      add_item(answers.items[row][i], column, memory);
    }
  }
  for (Column& column : chunk.columns) {
    column.rows = chunk.rows;
    if (!column.missing.empty()) column.missing.resize(chunk.rows);
  }
  return chunk;
}

void AnswerTable::add_item(const Recommendation& item, ColumnPlace column,
                           std::deque<std::string>& memory) const {
  (column++)->texts.push_back(recommender_.item_id(item.item));
  for (float prediction : item.predictions) (column++)->numbers.push_back(short_double(prediction));
  if (recommender_.has_retrieval()) (column++)->numbers.push_back(short_double(item.score));
  for (const Attribute* attribute : attributes_)
    add_attribute(*attribute, attribute->values[item.item], *column++, memory);
  if (errors_ == RowErrors::are_a_column) add_missing(*column);
}

// Requires that `error` outlives the lines.
void AnswerTable::add_error(const std::string& error, ColumnPlace column, ColumnPlace end) const {
  for (; column + 1 != end; ++column) add_missing(*column);
  column->texts.push_back(error);
}

}  // namespace shortlist
