#include "shortlist/metrics/overlap.h"

#include <algorithm>
#include <bit>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

bool is_known(const Observations& rows, size_t i) {
  return rows.query[i] != unknown_index && rows.candidate[i] != unknown_index;
}

uint64_t hash_of(const Observations& rows, size_t i) {
  const float label = rows.label.empty() ? 0.0f : rows.label[i] + 0.0f;  // -0 becomes +0
  return mix64((uint64_t{rows.query[i]} << 32 | rows.candidate[i]) ^ mix64(std::bit_cast<uint32_t>(label)));
}

}  // namespace

std::vector<uint64_t> row_hashes(const Observations& train) {
  std::vector<uint64_t> hashes;
  for (size_t i = 0; i < train.rows; ++i)
    if (is_known(train, i)) hashes.push_back(hash_of(train, i));
  std::ranges::sort(hashes);
  const auto repeated = std::ranges::unique(hashes);
  hashes.erase(repeated.begin(), repeated.end());
  return hashes;
}

double share_in_train(const std::vector<uint64_t>& train, const Observations& rows) {
  double found = 0, all = 0;
  for (size_t i = 0; i < rows.rows; ++i) {
    if (is_known(rows, i) && std::ranges::binary_search(train, hash_of(rows, i))) found += rows.weight_of(i);
    all += rows.weight_of(i);
  }
  return all > 0 ? found / all : 0;
}

double share_in_train(const Observations& train, const Observations& rows) {
  return share_in_train(row_hashes(train), rows);
}

}  // namespace shortlist
