#include "shortlist/train/prepare.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/features/cell.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/table/code_columns.h"
#include "shortlist/table/coded_column.h"
#include "shortlist/train/known_data.h"
#include "shortlist/train/user_context.h"

namespace shortlist {
namespace {

using Columns = std::vector<CodedColumn>;

const CodedColumn& find(const Columns& columns, std::string_view name) {
  for (const CodedColumn& column : columns) {
    if (column.name == name) return column;
  }
  SHORTLIST_CHECK(!"column was read");
  return columns.front();
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
}

std::string positives_of(const Config& config) {
  return config.retrieval ? config.retrieval->positives : std::string();
}

std::vector<std::string> used_features(const Config& config) {
  std::vector<std::string> names;
  for (const std::string& name : config.query.features) add_once(names, name);
  for (const std::string& name : config.candidate.features) add_once(names, name);
  return names;
}

// The error of a distinct value, with the row where it first stands and what may be meant by it.
Error advised(const RowError& error, const CodedColumn& column, uint32_t code) {
  const bool text = column.values.type == ColumnType::text && !column.values.is_missing(code);
  return data_error("{}{}", error.in_column(column.name).at_row(column.first_row[code]).what(),
                    text ? advice_on_number(column.values.texts[code]) : "");
}

// A RowError about a column's distinct values gets the column's name, the table's row and advice.
template <typename Work>
auto with_row_of(const CodedColumn& column, Work work) {
  try {
    return work();
  } catch (const RowError& error) {
    throw advised(error, column, static_cast<uint32_t>(error.row()));
  }
}

// Fits on the distinct values of each column, with how often each stands in the rows; all rows when `rows` is
// null.
FeatureMap fit_features(const Config& config, const Columns& columns, const std::vector<uint32_t>* rows,
                        ColumnForms forms) {
  std::vector<FeatureConfig> used;
  for (const std::string& name : used_features(config)) used.push_back(config.feature(name));
  FeatureMapFit fit(used);
  for (const std::string& name : fit.columns()) {
    const CodedColumn& column = find(columns, name);
    std::vector<uint32_t> counts(column.distinct()), codes, code_counts;
    if (rows == nullptr) {
      for (uint32_t code : column.codes) ++counts[code];
    } else {
      for (uint32_t row : *rows) ++counts[column.codes[row]];
    }
    for (uint32_t code = 0; code < counts.size(); ++code) {
      if (counts[code] == 0) continue;
      codes.push_back(code);
      code_counts.push_back(counts[code]);
    }
    with_row_of(column, [&] { fit.survey(name, column.values); });
    try {
      fit.observe(name, take_rows(column.values, codes), code_counts);
    } catch (const RowError& error) {
      throw advised(error, column, codes[error.row()]);
    }
  }
  return fit.finish(std::move(forms));
}

// Appends row `row` of `from`.
void append(const EncodedColumn& from, size_t row, EncodedColumn& to) {
  to.width = from.width;
  if (from.width > 0) {
    const auto numbers = from.numbers(row);
    to.values.insert(to.values.end(), numbers.begin(), numbers.end());
    return;
  }
  const auto bag = from.bag(row);
  to.ids.insert(to.ids.end(), bag.begin(), bag.end());
  if (from.offsets.empty()) return;
  if (to.offsets.empty()) to.offsets.push_back(0);
  to.offsets.push_back(static_cast<uint32_t>(to.ids.size()));
}

// The distinct values of each feature's column are encoded once, then put together for the distinct rows.
EncodedRows encode_distinct(const FeatureMap& tower, const Columns& columns,
                            const std::vector<uint32_t>& first,
                            std::vector<std::pair<std::string, uint64_t>>& unseen) {
  EncodedRows encoded{.rows = first.size()};
  for (size_t i = 0; i < tower.size(); ++i) {
    const CodedColumn& column = find(columns, tower[i].column);
    EncodedColumn distinct;
    uint64_t unknown = 0;
    with_row_of(column, [&] { tower[i].feature->encode(column.values, distinct, &unknown); });
    if (unknown > 0) unseen.emplace_back(tower[i].name, unknown);
    EncodedColumn& rows = encoded.columns.emplace_back();
    for (uint32_t row : first) append(distinct, column.codes[row], rows);
  }
  return encoded;
}

std::vector<const std::vector<uint32_t>*> codes_of(const FeatureMap& tower, const Columns& columns) {
  std::vector<const std::vector<uint32_t>*> codes;
  for (const std::string& name : tower.columns()) codes.push_back(&find(columns, name).codes);
  return codes;
}

// Whether the column's words are all yes and no, t and f, or the like: then they are 1 and 0.
bool holds_truth_words(const Column& values) {
  double truth = 0;
  for (size_t i = 0; i < values.rows; ++i) {
    if (values.type != ColumnType::text) return false;
    if (!values.is_missing(i) && !parse_truth_word(values.texts[i], truth)) return false;
  }
  return true;
}

double label_value(const Column& values, size_t i, bool truth) {
  double value = NAN;
  if (values.is_missing(i) || values.type == ColumnType::list) return NAN;
  if (truth) return parse_truth_word(values.texts[i], value) ? value : NAN;
  try {
    return read_number_cell(values, i, value) ? value : NAN;
  } catch (const RowError&) {
    return NAN;
  }
}

// A label or weight: a finite number in each row.
std::vector<float> numbers_of(const CodedColumn& column, const char* use) {
  std::vector<float> distinct, rows;
  const bool truth = holds_truth_words(column.values);
  for (uint32_t code = 0; code < column.distinct(); ++code) {
    const auto value = static_cast<float>(label_value(column.values, code, truth));
    if (!std::isfinite(value)) {
      const std::string got =
          column.values.is_missing(code) ? "nothing" : fmt::format("'{}'", column.text(code));
      throw data_error("row {}: {} column '{}': got {}, need a finite number{}", column.first_row[code] + 1,
                       use, column.name, got,
                       column.values.is_missing(code) ? "" : advice_on_number(column.text(code)));
    }
    distinct.push_back(value);
  }
  rows.reserve(column.codes.size());
  for (uint32_t code : column.codes) rows.push_back(distinct[code]);
  return rows;
}

std::vector<std::vector<float>> read_labels(const Config& config, const Columns& columns) {
  std::vector<std::vector<float>> labels;
  for (const RankingConfig& ranking : config.ranking) {
    labels.push_back(numbers_of(find(columns, ranking.label), "label"));
    if (ranking.loss.prediction() != Prediction::probability) continue;
    for (size_t r = 0; r < labels.back().size(); ++r) {
      const float label = labels.back()[r];
      if (label < 0 || label > 1) {
        throw data_error("row {}: label column '{}': got {}, but {} needs labels from 0 to 1", r + 1,
                         ranking.label, label, ranking.loss.name());
      }
    }
  }
  return labels;
}

std::vector<float> read_weights(const CodedColumn& column) {
  std::vector<float> weights = numbers_of(column, "weight");
  for (size_t r = 0; r < weights.size(); ++r) {
    if (weights[r] < 0)
      throw data_error("row {}: weight column '{}': got {}, need 0 or more", r + 1, column.name, weights[r]);
  }
  return weights;
}

// The rows' weights where they are positive, else 0.
void read_positives(const CodedColumn& column, Dataset& data) {
  data.positive_weights = numbers_of(column, "positives");
  for (size_t r = 0; r < data.rows; ++r) {
    const float weight = data.weights.empty() ? 1 : data.weights[r];
    data.positive_weights[r] = data.positive_weights[r] > 0 ? weight : 0;
  }
  double sum = 0;
  for (const uint32_t row : data.split.train) sum += data.positive_weights[row];
  if (data.split.train.empty()) return;
  if (sum == 0) throw data_error("positives column '{}': no training row has a value above 0", column.name);
  const auto scale = static_cast<float>(static_cast<double>(data.split.train.size()) / sum);
  for (float& weight : data.positive_weights) weight *= scale;
}

std::vector<LabelScale> fit_label_scales(const Config& config, const Dataset& data) {
  const std::vector<uint32_t>& train = data.split.train;
  std::vector<float> labels(train.size()), weights(data.weights.empty() ? 0 : train.size());
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = data.weights[train[i]];
  std::vector<LabelScale> scales;
  for (size_t t = 0; t < config.ranking.size(); ++t) {
    for (size_t i = 0; i < train.size(); ++i) labels[i] = data.labels[t][train[i]];
    scales.push_back(config.ranking[t].standardizes() ? fit_label_scale(labels, weights) : LabelScale());
  }
  return scales;
}

// Codes of the ids in ascending order of their form.
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

// An attribute of items whose ids have these codes: what the first row of each says.
Attribute item_attribute(const AttributeForm& form, const CodedColumn& column, const CodedColumn& ids,
                         const std::vector<uint32_t>& order) {
  Attribute attribute = with_row_of(column, [&] { return read_attribute(form, column.values); });
  std::vector<AttributeValue> values;
  values.reserve(order.size());
  for (uint32_t code : order) values.push_back(attribute.values[column.codes[ids.first_row[code]]]);
  attribute.values = std::move(values);
  return attribute;
}

void make_catalogue(const Config& config, const FeatureMap& features, const Columns& columns,
                    const std::vector<uint32_t>& candidate_first, Dataset& data) {
  const CodedColumn& ids = find(columns, config.candidate.id);
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
  items.id_column = config.candidate.id;
  for (uint32_t code : order) {
    items.ids.push_back(ids.text(code));
  }
  for (const AttributeConfig& attribute : config.candidate.attributes) {
    items.attributes.push_back(
        item_attribute(config.attribute_form(attribute), find(columns, attribute.column), ids, order));
  }
}

void count_shares(Dataset& data) {
  std::vector<uint32_t> count(data.items.ids.size());
  const auto add = [&](uint32_t row) { ++count[data.item_of_candidate[data.candidate_of_row[row]]]; };
  std::ranges::for_each(data.split.train, add);
  const bool all = data.split.train.empty();
  for (uint32_t row = 0; all && row < data.rows; ++row) add(row);
  const auto rows = static_cast<double>(all ? data.rows : data.split.train.size());
  for (uint32_t n : count)
    data.item_log_share.push_back(static_cast<float>(std::log(std::max(n / rows, 1e-6))));
}

void number_pairs(Dataset& data) {
  std::vector<uint32_t> first;
  data.pair_of_row = number_rows({&data.query_of_row, &data.candidate_of_row}, data.rows, &first);
  data.pair_query.reserve(first.size());
  data.pair_candidate.reserve(first.size());
  for (uint32_t row : first) {
    data.pair_query.push_back(data.query_of_row[row]);
    data.pair_candidate.push_back(data.candidate_of_row[row]);
  }
}

// Columns go as soon as nothing needs them: what follows is as large.
Dataset apply(const Config& config, const FeatureMap& features, Columns columns, Split split, bool labels,
              const KnownData* known = nullptr) {
  Dataset data{.rows = columns.front().codes.size()};
  data.split = std::move(split);
  if (labels) data.labels = read_labels(config, columns);
  if (!config.data.weight.empty()) data.weights = read_weights(find(columns, config.data.weight));
  if (const std::string positives = positives_of(config); labels && !positives.empty())
    read_positives(find(columns, positives), data);
  const FeatureMap query = features.select(config.query.features),
                   candidate = features.select(config.candidate.features);
  std::vector<uint32_t> first;
  data.query_of_row = number_rows(codes_of(query, columns), data.rows, &first);
  data.queries = encode_distinct(query, columns, first, data.unseen);
  for (const std::string& name : query.columns()) add_to_keys(find(columns, name), first, data.query_keys);
  auto candidate_codes = codes_of(candidate, columns);
  candidate_codes.push_back(&find(columns, config.candidate.id).codes);
  data.candidate_of_row = number_rows(candidate_codes, data.rows, &first);
  data.candidates = encode_distinct(candidate, columns, first, data.unseen);
  if (known == nullptr) {
    make_catalogue(config, features, columns, first, data);
    if (config.retrieval && config.retrieval->sampling_correction) count_shares(data);
  } else {
    use_catalogue(find(columns, config.candidate.id), first, known->items, data);
  }
  if (!config.data.user.empty())
    read_users(find(columns, config.data.user), known, config.query_tells_user(), data);
  if (known == nullptr && config.query_tells_user())
    data.context = find_user_context(columns, query.columns(), config.data.user, data);
  data.query_is_user = query.columns() == std::vector<std::string>{config.data.user};
  columns.clear();
  number_pairs(data);
  return data;
}

// Whether values of the column are compared as texts: ids, users, categories and the parts of a split.
bool is_compared(const Config& config, const std::string& column) {
  if (column == config.candidate.id || column == config.data.user) return true;
  return std::ranges::any_of(used_features(config), [&](const std::string& name) {
    const FeatureConfig& feature = config.feature(name);
    const std::string_view kind = feature.settings->kind();
    return feature.column == column && kind != "text" && includes(read_as(kind), ReadAs::text);
  });
}

ReadAs uses_of(const Config& config, const std::string& column) {
  ReadAs uses = is_compared(config, column) ? ReadAs::text : ReadAs::stored;
  const auto add = [&](const std::string& name, ReadAs use) {
    if (name == column) uses = uses | use;
  };
  for (const std::string& name : used_features(config))
    add(config.feature(name).column, read_as(config.feature(name).settings->kind()));
  for (const AttributeConfig& attribute : config.candidate.attributes) add(attribute.column, ReadAs::text);
  for (const RankingConfig& ranking : config.ranking) add(ranking.label, ReadAs::number);
  add(config.data.weight, ReadAs::number);
  add(positives_of(config), ReadAs::number);
  const SplitConfig& split = config.data.split;
  if (split.by == SplitBy::column) add(split.column, ReadAs::text);
  if (split.by == SplitBy::time) add(split.column, ReadAs::time);
  return uses;
}

// Finds the columns' forms, and brings those whose values are compared into theirs.
ColumnForms find_forms(const Config& config, Columns& columns) {
  ColumnForms forms;
  for (CodedColumn& column : columns) {
    ColumnForm& form = forms[column.name] = find_form(column.values);
    if (is_compared(config, column.name)) {
      bring_into_form(column, form.form);
    } else {
      form.form = TextForm::text;
    }
  }
  return forms;
}

// Whether a column that the config names is of no use but for the split.
bool is_for_split_alone(const Config& config, const std::string& name) {
  Config without = config;
  without.data.split = {};
  const std::vector<std::string> others = needed_columns(without);
  return std::ranges::find(others, name) == others.end();
}

Columns read_columns(const Config& config, const Table& table, bool labels,
                     const KnownData* known = nullptr) {
  std::vector<std::string> names = needed_columns(config);
  if (known != nullptr && !known->split) {
    std::erase_if(names, [&](const std::string& name) {
      return !table.has_column(name) && is_for_split_alone(config, name);
    });
  }
  if (!labels) {
    std::erase_if(names, [&](const std::string& name) {
      return !table.has_column(name) &&
             (name == positives_of(config) ||
              std::ranges::any_of(config.ranking, [&](const RankingConfig& r) { return r.label == name; }));
    });
  }
  std::vector<ColumnRequest> requests;
  for (const std::string& name : names) requests.push_back({name, uses_of(config, name)});
  Columns columns = code_columns(table, requests);
  if (columns.front().codes.empty()) throw data_error("{}: has no rows", table.source().describe());
  return columns;
}

// What is wrong with a table's values is told with the table's name.
template <typename Work>
auto with_name_of(const Table& table, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}: {}", table.source().describe(), error.what()));
  }
}

Split split_rows(const Config& config, const Columns& columns) {
  SplitConfig split = config.data.split;
  const bool by_column = split.by == SplitBy::column || split.by == SplitBy::time;
  if (split.by == SplitBy::time && !split.unit && !split.format) {
    const TimeForm declared = config.declared_times(split.column);
    split.unit = declared.unit, split.format = declared.format;
  }
  return make_split(split, columns.front().codes.size(), by_column ? &find(columns, split.column) : nullptr);
}

void join_validation(Split& split) {
  split.train.insert(split.train.end(), split.validation.begin(), split.validation.end());
  split.validation.clear();
}

}  // namespace

std::vector<std::string> needed_columns(const Config& config) {
  std::vector<std::string> names;
  for (const std::string& feature : used_features(config)) add_once(names, config.feature(feature).column);
  add_once(names, config.candidate.id);
  for (const AttributeConfig& attribute : config.candidate.attributes) add_once(names, attribute.column);
  for (const RankingConfig& ranking : config.ranking) add_once(names, ranking.label);
  add_once(names, config.data.weight);
  add_once(names, positives_of(config));
  add_once(names, config.data.user);
  const SplitBy by = config.data.split.by;
  if (by == SplitBy::column || by == SplitBy::time) add_once(names, config.data.split.column);
  return names;
}

PreparedData prepare_data(const Config& config, const Table& table, TrainOn train_on) {
  Columns columns = read_columns(config, table, true);
  return with_name_of(table, [&] {
    ColumnForms forms = find_forms(config, columns);
    Split split = split_rows(config, columns);
    if (train_on == TrainOn::train_and_validation) join_validation(split);
    if (split.train.empty()) throw data_error("the split leaves no row to train on");
    const bool all = config.data.fit_features_on == FitRows::table;
    PreparedData prepared{.features =
                              fit_features(config, columns, all ? nullptr : &split.train, std::move(forms))};
    DataFingerprint fingerprint = fingerprint_of(columns);
    add_split(split, fingerprint);
    add_features(prepared.features, fingerprint);
    prepared.data = apply(config, prepared.features, std::move(columns), std::move(split), true);
    prepared.data.fingerprint = std::move(fingerprint);
    find_seen_items(prepared.data);
    prepared.label_scales = fit_label_scales(config, prepared.data);
    return prepared;
  });
}

ModelSpec build_model(const Config& config, const PreparedData& prepared) {
  ModelSpec spec = build_model(config, prepared.features);
  spec.label_scales = prepared.label_scales;
  return spec;
}

Dataset apply_features(const Config& config, const FeatureMap& features, const Table& table, bool need_labels,
                       const KnownData* known) {
  Columns columns = read_columns(config, table, need_labels, known);
  return with_name_of(table, [&] {
    for (CodedColumn& column : columns) bring_into_form(column, features.form(column.name));
    DataFingerprint fingerprint;
    bool other_table = false;
    if (known != nullptr) {
      fingerprint = fingerprint_of(columns);
      other_table = !table_difference(known->fingerprint, fingerprint).empty();
    }
    const bool has_split = need_labels && (!other_table || known->split);
    Split split = has_split ? split_rows(config, columns) : Split();
    if (config.training.refit) join_validation(split);
    if (has_split) add_split(split, fingerprint);
    if (known != nullptr && !other_table) {
      const std::string what = split_difference(known->fingerprint, fingerprint);
      if (!what.empty()) throw data_error("this is the table that the model was trained on, but {}", what);
    }
    Dataset data = apply(config, features, std::move(columns), std::move(split), need_labels, known);
    data.fingerprint = std::move(fingerprint);
    data.other_table = other_table;
    if (known == nullptr) find_seen_items(data);
    return data;
  });
}

}  // namespace shortlist
