#include "shortlist/train/catalogue.h"

#include <algorithm>
#include <numeric>

#include "shortlist/features/column_form.h"
#include "shortlist/losses/log_share.h"
#include "shortlist/train/known_data.h"
#include "shortlist/train/table_times.h"

namespace shortlist {
namespace {

// Codes of the ids, sorted by id in ascending order of their form.
std::vector<uint32_t> sorted_ids(const CodedColumn& ids, TextForm form) {
  std::vector<uint32_t> order(ids.distinct());
  std::iota(order.begin(), order.end(), 0);
  if (ids.values.type == ColumnType::integer) {
    std::ranges::sort(order, {}, [&](uint32_t code) { return ids.values.integers[code]; });
  } else {
    std::vector<std::string> texts;
    for (uint32_t code : order) texts.push_back(ids.text(code));
    std::ranges::sort(order, [&](uint32_t a, uint32_t b) { return is_before(texts[a], texts[b], form); });
  }
  return order;
}

// An attribute of the items whose ids have these codes, from the first row of each.
Attribute item_attribute(AttributeForm form, const std::string& date_format, const DataColumns& columns,
                         const CodedColumn& column, const CodedColumn& ids,
                         const std::vector<uint32_t>& order) {
  use_table_format(date_format, column.values, form);
  Attribute attribute = with_row_of(columns, column, [&] { return read_attribute(form, column.values); });
  std::vector<AttributeValue> values;
  values.reserve(order.size());
  for (uint32_t code : order) values.push_back(attribute.values[column.codes[ids.first_row[code]]]);
  attribute.values = std::move(values);
  return attribute;
}

}  // namespace

void make_catalogue(const DataSpec& spec, const FeatureMap& features, const DataColumns& columns,
                    const std::vector<uint32_t>& candidate_first, Dataset& data) {
  const CodedColumn& ids = columns.find(spec.id);
  check_ids(ids);
  const std::vector<uint32_t> order = sorted_ids(ids, features.form(ids.name));
  std::vector<uint32_t> item_of_code(order.size());
  for (size_t item = 0; item < order.size(); ++item) item_of_code[order[item]] = static_cast<uint32_t>(item);
  data.candidate_of_item.assign(order.size(), UINT32_MAX);
  for (size_t candidate = 0; candidate < candidate_first.size(); ++candidate) {
    const uint32_t item = item_of_code[ids.codes[candidate_first[candidate]]];
    data.item_of_candidate.push_back(item);
    if (data.candidate_of_item[item] == UINT32_MAX)
      data.candidate_of_item[item] = static_cast<uint32_t>(candidate);
  }
  Items& items = data.items;
  items.id_column = spec.id;
  for (uint32_t code : order) {
    items.ids.push_back(ids.text(code));
  }
  for (const AttributeForm& form : spec.attributes) {
    items.attributes.push_back(item_attribute(form, columns.origin(form.name).date_format, columns,
                                              columns.find(form.name), ids, order));
  }
}

void use_catalogue(const CodedColumn& ids, const std::vector<uint32_t>& candidate_first,
                   std::span<const std::string> items, Dataset& data) {
  check_ids(ids);
  const std::vector<uint32_t> item_of_code = number_by_known(ids, items);
  for (uint32_t row : candidate_first) data.item_of_candidate.push_back(item_of_code[ids.codes[row]]);
  data.items.id_column = ids.name;
  data.items.ids.assign(items.begin(), items.end());
}

std::vector<uint32_t> rows_of_items(const Dataset& data, size_t items) {
  std::vector<uint32_t> count(items);
  const auto add = [&](uint32_t row) { ++count[data.item_of_candidate[data.candidate_of_row[row]]]; };
  std::ranges::for_each(data.split.train, add);
  const bool all = data.split.train.empty();
  for (uint32_t row = 0; all && row < data.rows; ++row) add(row);
  return count;
}

void count_shares(Dataset& data) {
  const auto rows = static_cast<double>(data.split.train.empty() ? data.rows : data.split.train.size());
  for (uint32_t n : rows_of_items(data, data.items.ids.size()))
    data.item_log_share.push_back(log_share(n / rows));
}

}  // namespace shortlist
