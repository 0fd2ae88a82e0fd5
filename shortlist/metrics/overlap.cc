#include "shortlist/metrics/overlap.h"

#include <bit>
#include <unordered_set>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

struct RowKey {
  uint32_t query = unknown_index, candidate = unknown_index;
  float label = 0;
  bool operator==(const RowKey&) const = default;
};

struct RowHash {
  size_t operator()(const RowKey& key) const {
    const float label = key.label + 0.0f;  // one zero
    return mix64((uint64_t{key.query} << 32 | key.candidate) ^ mix64(std::bit_cast<uint32_t>(label)));
  }
};

RowKey key_of(const Observations& rows, size_t i) {
  return {rows.query[i], rows.candidate[i], rows.label.empty() ? 0.0f : rows.label[i]};
}

}  // namespace

double share_in_train(const Observations& train, const Observations& rows) {
  // The set holds the rows asked about, not the train rows, which may be many more.
  std::unordered_set<RowKey, RowHash> asked, seen;
  for (size_t i = 0; i < rows.rows; ++i) asked.insert(key_of(rows, i));
  for (size_t i = 0; i < train.rows; ++i) {
    const RowKey key = key_of(train, i);
    if (key.query == unknown_index || key.candidate == unknown_index) continue;
    if (asked.count(key) != 0) seen.insert(key);
  }
  double found = 0, all = 0;
  for (size_t i = 0; i < rows.rows; ++i) {
    if (seen.count(key_of(rows, i)) != 0) found += rows.weight_of(i);
    all += rows.weight_of(i);
  }
  return all > 0 ? found / all : 0;
}

}  // namespace shortlist
