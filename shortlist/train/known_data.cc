#include "shortlist/train/known_data.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "shortlist/base/random.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/fingerprint.h"
#include "shortlist/interactions/user_ratings.h"
#include "shortlist/io/json.h"
#include "shortlist/io/sha256.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {
bool is_no_value(const Column& values, size_t i) {
  if (values.is_missing(i)) return true;
  if (values.type == ColumnType::list) return false;
  TextCell cell;
  return !cell.read(values, i) || trim_blanks(cell.text()).empty();
}

std::vector<uint32_t> number_by_known(const CodedColumn& column, std::span<const std::string> known) {
  std::unordered_map<std::string_view, uint32_t> positions;
  for (uint32_t i = 0; i < known.size(); ++i) positions.emplace(known[i], i);
  std::vector<uint32_t> number_of_code;
  auto next = static_cast<uint32_t>(known.size());
  for (uint32_t code = 0; code < column.distinct(); ++code) {
    if (is_no_value(column.values, code)) {
      number_of_code.push_back(unknown_index);
      continue;
    }
    const auto at = positions.find(column.text(code));
    number_of_code.push_back(at != positions.end() ? at->second : next++);
  }
  return number_of_code;
}

void check_ids(const CodedColumn& ids) {
  for (uint32_t code = 0; code < ids.distinct(); ++code) {
    if (!is_no_value(ids.values, code)) continue;
    throw data_error("row {}: column '{}' is missing, but it identifies the item", ids.first_row[code] + 1,
                     ids.name);
  }
}

void read_users(const CodedColumn& users, const KnownData* known, bool query_has_user, Dataset& data) {
  const std::vector<uint32_t> number_of_code =
      number_by_known(users, known != nullptr ? known->users : std::span<const std::string>());
  if (known != nullptr) {
    data.users.assign(known->users.begin(), known->users.end());
  } else {
    for (uint32_t code = 0; code < users.distinct(); ++code)
      if (number_of_code[code] != unknown_index) data.users.push_back(users.text(code));
  }
  data.user_of_row.reserve(data.rows);
  for (size_t row = 0; row < data.rows; ++row) data.user_of_row.push_back(number_of_code[users.codes[row]]);
  if (!query_has_user) return;
  data.user_of_query.assign(data.queries.rows, unknown_index);
  for (size_t row = 0; row < data.rows; ++row)
    data.user_of_query[data.query_of_row[row]] = data.user_of_row[row];
}

void find_interactions(std::span<const double> times, Dataset& data) {
  if (data.user_of_row.empty()) return;
  EventList events;
  events.rows = data.split.train;
  for (const uint32_t row : data.split.train) {
    if (!times.empty()) events.times.push_back(times[row]);
    events.users.push_back(data.user_of_row[row]);
    events.items.push_back(data.item_of_candidate[data.candidate_of_row[row]]);
    if (!data.labels.empty())
      events.labels.push_back(data.is_unlabelled(row) ? NAN : data.labels[0].values[row]);
    if (!data.positive_weights.empty()) events.positive.push_back(data.is_positive(row));
  }
  data.interactions = Interactions(data.users.size(), events);
  if (!data.user_of_query.empty()) data.seen = seen_items(data.interactions);
}

void add_to_keys(const CodedColumn& column, const std::optional<TimeForm>& times,
                 const std::vector<uint32_t>& first, std::vector<uint64_t>& keys) {
  keys.resize(first.size());
  std::vector<uint64_t> hashes;
  for (uint32_t code = 0; code < column.distinct(); ++code) {
    double seconds = 0;
    const bool known =
        times ? read_time(column.values, code, *times, seconds) : !column.values.is_missing(code);
    const std::string text = !known ? "" : times ? fmt::format("{}", seconds) : column.text(code);
    hashes.push_back(known ? fingerprint64(text) : 0);
  }
  for (size_t i = 0; i < first.size(); ++i) keys[i] = mix64(keys[i] + hashes[column.codes[first[i]]]);
}

void add_features(const FeatureMap& features, DataFingerprint& fingerprint) {
  fingerprint.features = sha256_hex(dump_json(features.to_json()));
}

void add_split(const Split& split, DataFingerprint& fingerprint) {
  fingerprint.train = split.train.size();
  fingerprint.validation = split.validation.size();
  fingerprint.test = split.test.size();
  Sha256 hash;
  for (const auto* rows : {&split.train, &split.validation, &split.test})
    hash.add(Bytes(reinterpret_cast<const std::byte*>(rows->data()), rows->size() * sizeof(uint32_t)));
  fingerprint.split = hash.hex();
}

}  // namespace shortlist
