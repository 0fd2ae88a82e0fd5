#include "shortlist/train/prepare.h"

#include <optional>
#include <unordered_set>

#include "shortlist/features/column_form.h"
#include "shortlist/features/time.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/table/code_columns.h"
#include "shortlist/train/catalogue.h"
#include "shortlist/train/data_columns.h"
#include "shortlist/train/fit_features.h"
#include "shortlist/train/histories.h"
#include "shortlist/train/known_data.h"
#include "shortlist/train/labels.h"
#include "shortlist/train/table_split.h"
#include "shortlist/train/user_context.h"

namespace shortlist {
namespace {

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

// Interactions have no rows for items that are only in the item table, so the interactions' candidate columns
// are missing for them.
void reach_other_items(const DataSpec& spec, DataColumns& columns) {
  for (const ColumnSpec& column : spec.columns) {
    if (!column.candidate || column.name == spec.id || !columns.origin(column.name).side_table.empty())
      continue;
    append_missing(columns.find(column.name), columns.other_items);
  }
}

// How a time feature reads the column, or none if no feature reads it as times.
std::optional<TimeForm> times_of(const FeatureMap& features, const std::string& column) {
  for (size_t i = 0; i < features.size(); ++i) {
    if (features[i].column != column) continue;
    if (const auto times = fitted_times(*features[i].feature)) return times;
  }
  return std::nullopt;
}

// The group of each row. A row without a user is a group of its own.
std::vector<uint32_t> find_groups(const DataSpec& spec, const DataColumns& columns, const Dataset& data) {
  if (spec.group->empty()) return data.query_of_row;
  std::vector<uint32_t> groups =
      *spec.group == spec.user ? data.user_of_row : columns.find(*spec.group).codes;
  groups.resize(data.rows);
  uint32_t next = 0;
  for (const uint32_t group : groups)
    if (group != unknown_index) next = std::max(next, group + 1);
  for (uint32_t& group : groups)
    if (group == unknown_index) group = next++;
  return groups;
}

// A loss that compares rows learns nothing if all groups have one row.
void check_groups(const DataSpec& spec, const Dataset& data) {
  std::unordered_set<uint32_t> found;
  for (const uint32_t row : data.split.train)
    if (!data.list_of_row.empty() && !found.insert(data.list_of_row[row]).second) return;
  for (const LabelSpec& label : spec.labels) {
    if (!label.loss.compares_rows()) continue;
    const std::string groups = spec.group->empty() ? "query" : fmt::format("group '{}'", *spec.group);
    throw data_error(
        "label '{}': {} compares the rows of a group, but every {} has only one training row; set group in "
        "[[ranking]] to a column with several rows for each value",
        label.column, label.loss.name(), groups);
  }
}

// Frees columns as soon as they are not needed, because the results are equally large.
Dataset apply(const DataSpec& spec, const FeatureMap& features, DataColumns columns, Split split, bool labels,
              const KnownData* known = nullptr) {
  Dataset data{.rows = columns.rows};
  data.split = std::move(split);
  data.notes = std::move(columns.notes);
  if (labels) data.labels = read_labels(spec, columns);
  if (!spec.weight.empty()) data.weights = read_weights(columns.find(spec.weight));
  if (labels && !spec.positives.empty()) read_positives(columns.find(spec.positives), data);
  leave_out_unlabelled(data);
  const FeatureMap query = features.select(spec.query), candidate = features.select(spec.candidate);
  std::vector<uint32_t> first;
  data.query_of_row = number_rows(codes_of(query, columns), data.rows, &first);
  data.queries = encode_distinct(query, columns, first, data.unseen);
  for (const std::string& name : query.columns())
    add_to_keys(columns.find(name), times_of(query, name), first, data.query_keys);
  reach_other_items(spec, columns);
  auto candidate_codes = codes_of(candidate, columns);
  candidate_codes.push_back(&columns.find(spec.id).codes);
  data.candidate_of_row = number_rows(candidate_codes, data.rows + columns.other_items, &first);
  data.candidate_of_row.resize(data.rows);
  data.candidates = encode_distinct(candidate, columns, first, data.unseen);
  if (known == nullptr) {
    make_catalogue(spec, features, columns, first, data);
    if (spec.counts_shares) count_shares(data);
  } else {
    use_catalogue(columns.find(spec.id), first, known->items, data);
  }
  if (!spec.user.empty()) read_users(columns.find(spec.user), known, spec.query_has_user, data);
  if (known == nullptr && spec.query_has_user)
    data.context = find_user_context(columns, query.columns(), spec.user, data);
  if (labels && spec.group) data.list_of_row = find_groups(spec, columns, data);
  data.query_is_user = spec.histories.empty() && query.columns() == std::vector<std::string>{spec.user};
  return data;
}

// The time of each row, or empty if it is unknown or not needed.
std::vector<double> times_of_rows(const DataSpec& spec, const DataColumns& columns) {
  std::vector<double> times;
  if (spec.user.empty() || spec.time.empty()) return times;
  const CodedColumn& column = columns.find(spec.time);
  const std::vector<double> of_values = times_of_values(spec.time_form, column);
  for (size_t row = 0; row < columns.rows; ++row) times.push_back(of_values[column.codes[row]]);
  return times;
}

void join_validation(Split& split) {
  split.train.insert(split.train.end(), split.validation.begin(), split.validation.end());
  split.validation.clear();
}

// Converts a column to the form that it had when the features were fitted.
FormColumn use_forms(const FeatureMap& features) {
  return [&](CodedColumn& column) {
    const TextForm form = features.form(column.name);
    bring_into_form(column, form);
    return form;
  };
}

}  // namespace

void inspect_data(const DataSpec& spec, const Table& table, const InspectData& inspect) {
  ColumnForms forms;
  const DataColumns columns = read_data_columns(spec, table, {}, find_forms(spec, forms));
  with_name_of(table, [&] { inspect(columns, split_rows(spec.split, columns)); });
}

PreparedData prepare_data(const DataSpec& spec, const Table& table, TrainOn train_on,
                          const InspectData& inspect, const EarlierFeatures* earlier,
                          const FittedFeatures* fitted) {
  ColumnForms forms;
  DataColumns columns = read_data_columns(spec, table, {}, find_forms(spec, forms));
  return with_name_of(table, [&] {
    Split split = split_rows(spec.split, columns);
    if (train_on == TrainOn::train_and_validation) join_validation(split);
    if (split.train.empty()) throw data_error("the split leaves no row to train on");
    if (inspect) inspect(columns, split);
    const bool all = spec.fit_on == FitRows::table;
    const std::vector<uint32_t>* rows = all ? nullptr : &split.train;
    PreparedData prepared{.features =
                              fitted == nullptr
                                  ? fit_features(spec, columns, rows, std::move(forms), kPartValues, earlier)
                                  : use_fitted(*fitted, columns, rows, std::move(forms))};
    DataFingerprint fingerprint = fingerprint_of(columns);
    add_split(split, fingerprint);
    add_features(prepared.features, fingerprint);
    const std::vector<double> times = times_of_rows(spec, columns);
    prepared.data = apply(spec, prepared.features, std::move(columns), std::move(split), true);
    prepared.data.fingerprint = std::move(fingerprint);
    check_groups(spec, prepared.data);
    prepared.features = with_histories(spec, prepared.features, prepared.data);
    add_histories(spec, prepared.features, times, nullptr, prepared.data);
    number_pairs(prepared.data);
    find_interactions(times, prepared.data);
    prepared.label_scales = fit_label_scales(spec, prepared.data);
    return prepared;
  });
}

Dataset apply_features(const DataSpec& spec, const FeatureMap& features, const Table& table, bool need_labels,
                       const KnownData* known) {
  DataColumns columns =
      read_data_columns(spec, table, {.labels = need_labels, .known = known}, use_forms(features));
  return with_name_of(table, [&] {
    DataFingerprint fingerprint;
    bool other_table = false;
    if (known != nullptr) {
      fingerprint = fingerprint_of(columns);
      other_table = !table_difference(known->fingerprint, fingerprint).empty();
    }
    const bool has_split = need_labels && (!other_table || known->split);
    Split split = has_split ? split_rows(spec.split, columns) : Split();
    if (spec.refit) join_validation(split);
    if (has_split) add_split(split, fingerprint);
    if (known != nullptr && !other_table) {
      const std::string what = split_difference(known->fingerprint, fingerprint);
      if (!what.empty()) throw data_error("this is the table that the model was trained on, but {}", what);
    }
    const std::vector<double> times = has_split ? times_of_rows(spec, columns) : std::vector<double>();
    Dataset data = apply(spec, features, std::move(columns), std::move(split), need_labels, known);
    data.fingerprint = std::move(fingerprint);
    data.other_table = other_table;
    add_histories(spec, features, times, known, data);
    number_pairs(data);
    if (known == nullptr) find_interactions({}, data);
    return data;
  });
}

}  // namespace shortlist
