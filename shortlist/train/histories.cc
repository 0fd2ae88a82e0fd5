#include "shortlist/train/histories.h"

#include <algorithm>
#include <unordered_map>

#include "shortlist/base/random.h"
#include "shortlist/features/bag_writer.h"
#include "shortlist/features/fingerprint.h"
#include "shortlist/features/take_rows.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/table/code_columns.h"
#include "shortlist/train/row_histories.h"

namespace shortlist {
namespace {

const HistoryFeature& feature_of(const FeatureMap& features, const HistorySpec& spec) {
  return dynamic_cast<const HistoryFeature&>(*features[features.position(spec.name)].feature);
}

// The ids of a candidate feature for each item of the catalogue.
EncodedColumn bags_of_items(const EncodedColumn& of_candidates, const Dataset& data) {
  EncodedColumn bags;
  BagWriter writer(bags);
  for (uint32_t candidate : data.candidate_of_item) {
    for (int32_t id : of_candidates.bag(candidate)) writer.add(id);
    writer.end_row();
  }
  return bags;
}

// Where the history of a row begins. Layers along it compute the outputs for all rows of a sequence at once,
// so training rows whose histories are in the same `length` events of their user share their beginning.
uint32_t begin_of(const RowHistories::Range& range, const HistorySettings& settings) {
  const auto length = static_cast<uint32_t>(settings.length);
  if (range.size() <= length) return range.begin;
  if (settings.layers.empty() || !range.of_training) return range.end - length;
  return range.begin + (range.size() - 1) / length * length;
}

// If each event has one id, histories are ranges of the list of all events, and share its ids.
EncodedColumn encode_histories(const HistoryFeature& feature, const HistorySettings& settings,
                               const RowHistories& histories) {
  EncodedColumn column;
  if (!histories.are_slices() || !feature.has_one_id_per_item()) {
    for (uint32_t h = 0; h < histories.size(); ++h)
      feature.append(histories.last(h, static_cast<size_t>(settings.length)), column);
    return column;
  }
  for (uint32_t item : histories.events()) column.ids.push_back(feature.ids_of(item)[0]);
  for (uint32_t h = 0; h < histories.size(); ++h) {
    column.offsets.push_back(begin_of(histories.range(h), settings));
    column.ends.push_back(histories.range(h).end);
  }
  return column;
}

// Numbers the sequences that rows share, so that training keeps the rows of a sequence together.
void group_rows(const DataSpec& spec, const RowHistories& histories, Dataset& data) {
  const auto layered = std::ranges::find_if(
      spec.histories, [](const HistorySpec& history) { return !history.settings.layers.empty(); });
  if (layered == spec.histories.end() || !histories.are_slices()) return;
  std::unordered_map<uint64_t, uint32_t> numbers;
  for (size_t row = 0; row < data.rows; ++row) {
    const RowHistories::Range& range = histories.range(histories.of_rows()[row]);
    // The first rows of a user have no history to share.
    const uint64_t key =
        range.size() > 0 ? begin_of(range, layered->settings) : UINT64_C(1) << 32 | data.user_of_row[row];
    data.group_of_row.push_back(numbers.emplace(key, static_cast<uint32_t>(numbers.size())).first->second);
  }
}

uint64_t key_of(std::span<const uint32_t> items, const std::vector<std::string>& ids) {
  uint64_t key = 0;
  for (uint32_t item : items) key = mix64(key + fingerprint64(ids[item]));
  return key;
}

}  // namespace

FeatureMap with_histories(const DataSpec& spec, const FeatureMap& features, const Dataset& data) {
  std::vector<FeatureMap::Entry> entries;
  for (size_t i = 0; i < features.size(); ++i) entries.push_back(features[i]);
  const std::vector<std::string>& ids = data.items.ids;
  for (const HistorySpec& history : spec.histories) {
    const auto of = std::ranges::find(spec.candidate, history.settings.of);
    const auto place = static_cast<size_t>(of - spec.candidate.begin());
    entries.push_back({history.name, history.column,
                       std::make_shared<HistoryFeature>(
                           history.settings, Vocabulary({ids.begin(), ids.end()}, 0, 0),
                           features.form(spec.id), features[features.position(history.settings.of)].feature,
                           bags_of_items(data.candidates.columns[place], data))});
  }
  return FeatureMap(std::move(entries), features.forms());
}

void add_histories(const DataSpec& spec, const FeatureMap& features, std::span<const double> times,
                   const KnownData* known, Dataset& data) {
  if (spec.histories.empty()) return;
  int length = 0;
  for (const HistorySpec& history : spec.histories) length = std::max(length, history.settings.length);
  const RowHistories histories(spec.split, times, static_cast<size_t>(length), known, data);
  const std::vector<uint32_t>& history_of_row = histories.of_rows();
  std::vector<uint32_t> first;
  const std::vector<uint32_t> before = std::move(data.query_of_row);
  data.query_of_row = number_rows({&before, &history_of_row}, data.rows, &first);
  std::vector<uint32_t> old_query, history;
  for (uint32_t row : first) {
    old_query.push_back(before[row]);
    history.push_back(history_of_row[row]);
  }
  for (EncodedColumn& column : data.queries.columns) column = take_rows(std::move(column), old_query);
  for (const HistorySpec& of : spec.histories) {
    EncodedColumn column =
        take_rows(encode_histories(feature_of(features, of), of.settings, histories), history);
    data.queries.columns.insert(data.queries.columns.begin() + static_cast<std::ptrdiff_t>(of.place),
                                std::move(column));
  }
  data.queries.rows = first.size();
  std::vector<uint64_t> keys;
  for (size_t q = 0; q < first.size(); ++q) {
    const uint64_t old = data.query_keys.empty() ? 0 : data.query_keys[old_query[q]];
    keys.push_back(
        mix64(old + key_of(histories.last(history[q], static_cast<size_t>(length)), data.items.ids)));
  }
  data.query_keys = std::move(keys);
  group_rows(spec, histories, data);
  data.user_of_query.assign(first.size(), unknown_index);
  for (size_t row = 0; row < data.rows; ++row)
    data.user_of_query[data.query_of_row[row]] = data.user_of_row[row];
}

}  // namespace shortlist
