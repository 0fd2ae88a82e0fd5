#include "shortlist/train/prepare.h"

#include <optional>

#include "shortlist/features/column_form.h"
#include "shortlist/features/time.h"
#include "shortlist/table/code_columns.h"
#include "shortlist/train/catalogue.h"
#include "shortlist/train/column_roles.h"
#include "shortlist/train/data_columns.h"
#include "shortlist/train/fit_features.h"
#include "shortlist/train/known_data.h"
#include "shortlist/train/labels.h"
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
void reach_other_items(const Config& config, DataColumns& columns) {
  std::vector<std::string> names = candidate_columns(config);
  std::erase_if(names, [&](const std::string& name) {
    return name == config.items.id || !columns.origin(name).side_table.empty();
  });
  for (const std::string& name : names) append_missing(columns.find(name), columns.other_items);
}

// How a time feature reads the column, or none if no feature reads it as times.
std::optional<TimeForm> times_of(const FeatureMap& features, const std::string& column) {
  for (size_t i = 0; i < features.size(); ++i) {
    if (features[i].column != column) continue;
    if (const auto times = fitted_times(*features[i].feature)) return times;
  }
  return std::nullopt;
}

// Frees columns as soon as they are not needed, because the results are equally large.
Dataset apply(const Config& config, const FeatureMap& features, DataColumns columns, Split split, bool labels,
              const KnownData* known = nullptr) {
  Dataset data{.rows = columns.rows};
  data.split = std::move(split);
  data.notes = std::move(columns.notes);
  std::vector<uint32_t> unlabelled;
  if (labels) data.labels = read_labels(config, columns, unlabelled);
  if (!config.data.weight.empty()) data.weights = read_weights(columns.find(config.data.weight));
  if (const std::string positives = positives_of(config); labels && !positives.empty())
    read_positives(columns.find(positives), data);
  leave_out_unlabelled(std::move(unlabelled), data);
  const FeatureMap query = features.select(config.query.features),
                   candidate = features.select(config.items.features);
  std::vector<uint32_t> first;
  data.query_of_row = number_rows(codes_of(query, columns), data.rows, &first);
  data.queries = encode_distinct(query, columns, first, data.unseen);
  for (const std::string& name : query.columns())
    add_to_keys(columns.find(name), times_of(query, name), first, data.query_keys);
  reach_other_items(config, columns);
  auto candidate_codes = codes_of(candidate, columns);
  candidate_codes.push_back(&columns.find(config.items.id).codes);
  data.candidate_of_row = number_rows(candidate_codes, data.rows + columns.other_items, &first);
  data.candidate_of_row.resize(data.rows);
  data.candidates = encode_distinct(candidate, columns, first, data.unseen);
  if (known == nullptr) {
    make_catalogue(config, features, columns, first, data);
    if (config.retrieval && config.retrieval->sampling_correction) count_shares(data);
  } else {
    use_catalogue(columns.find(config.items.id), first, known->items, data);
  }
  if (!config.data.user.empty())
    read_users(columns.find(config.data.user), known, config.query_tells_user(), data);
  if (known == nullptr && config.query_tells_user())
    data.context = find_user_context(columns, query.columns(), config.data.user, data);
  data.query_is_user = query.columns() == std::vector<std::string>{config.data.user};
  columns.columns.clear();
  number_pairs(data);
  return data;
}

// Adds the unit and format that a time feature of the column declares, if the split declares none.
SplitConfig split_config(const Config& config) {
  SplitConfig split = config.data.split;
  if (split.by == SplitBy::time && !split.unit && !split.format) {
    const TimeForm declared = config.declared_times(split.column);
    split.unit = declared.unit, split.format = declared.format;
  }
  return split;
}

// The time of each training row, or empty if the rows are not split by time.
std::vector<double> training_times(const Config& config, const DataColumns& columns, const Split& split) {
  std::vector<double> times;
  if (config.data.user.empty() || config.data.split.by != SplitBy::time) return times;
  const CodedColumn& column = columns.find(config.data.split.column);
  const std::vector<double> of_values = times_of_values(split_config(config), column);
  for (const uint32_t row : split.train) times.push_back(of_values[column.codes[row]]);
  return times;
}

Split split_rows(const Config& config, const DataColumns& columns) {
  const SplitConfig split = split_config(config);
  const bool by_column = split.by == SplitBy::column || split.by == SplitBy::time;
  return make_split(split, columns.rows, by_column ? &columns.find(split.column) : nullptr);
}

void join_validation(Split& split) {
  split.train.insert(split.train.end(), split.validation.begin(), split.validation.end());
  split.validation.clear();
}

// Determines a column's form, and converts its values to it if they are compared.
FormColumn find_forms(const Config& config, ColumnForms& forms) {
  return [&forms, uses = ColumnUses(config)](CodedColumn& column) {
    ColumnForm& form = forms[column.name] = find_form(column.values);
    if (uses.is_compared(column.name)) {
      bring_into_form(column, form.form);
    } else {
      form.form = TextForm::text;
    }
    return form.form;
  };
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

PreparedData prepare_data(const Config& config, const Table& table, TrainOn train_on) {
  ColumnForms forms;
  DataColumns columns = read_data_columns(config, table, {}, find_forms(config, forms));
  return with_name_of(table, [&] {
    Split split = split_rows(config, columns);
    if (train_on == TrainOn::train_and_validation) join_validation(split);
    if (split.train.empty()) throw data_error("the split leaves no row to train on");
    const bool all = config.data.fit_features_on == FitRows::table;
    PreparedData prepared{.features =
                              fit_features(config, columns, all ? nullptr : &split.train, std::move(forms))};
    DataFingerprint fingerprint = fingerprint_of(columns);
    add_split(split, fingerprint);
    add_features(prepared.features, fingerprint);
    std::vector<double> times = training_times(config, columns, split);
    prepared.data = apply(config, prepared.features, std::move(columns), std::move(split), true);
    prepared.data.fingerprint = std::move(fingerprint);
    find_interactions(std::move(times), prepared.data);
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
  DataColumns columns =
      read_data_columns(config, table, {.labels = need_labels, .known = known}, use_forms(features));
  return with_name_of(table, [&] {
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
    if (known == nullptr) find_interactions({}, data);
    return data;
  });
}

}  // namespace shortlist
