#include "shortlist/init/telling_columns.h"

#include <algorithm>
#include <unordered_set>

#include "shortlist/table/code_columns.h"
#include "shortlist/table/coded_column.h"

namespace shortlist {
namespace {

constexpr size_t kMostCodes = size_t{1} << 26;  // in memory at once

// The items that occur with a value.
struct Seen {
  uint32_t item = 0, rows = 0;
  bool one = true;
};

}  // namespace

double telling_share(const std::vector<uint32_t>& values, const std::vector<uint32_t>& items) {
  if (values.empty()) return 0;
  std::vector<Seen> seen(size_t{std::ranges::max(values)} + 1);
  for (size_t row = 0; row < values.size(); ++row) {
    Seen& of = seen[values[row]];
    if (of.rows++ == 0) of.item = items[row];
    of.one = of.one && of.item == items[row];
  }
  uint64_t telling = 0, all = 0;
  for (const Seen& of : seen) {
    if (of.rows < 2) continue;
    all += of.rows;
    telling += of.one ? of.rows : 0;
  }
  return all == 0 ? 0 : static_cast<double>(telling) / static_cast<double>(all);
}

std::vector<double> telling_shares(const Table& table, const std::string& item,
                                   const std::vector<std::string>& columns) {
  std::vector<double> shares;
  if (columns.empty()) return shares;
  const std::vector<CodedColumn> items = code_columns(table, std::vector<std::string>{item});
  const size_t at_once = std::max<size_t>(1, kMostCodes / std::max<size_t>(1, items[0].codes.size()));
  for (size_t first = 0; first < columns.size(); first += at_once) {
    const size_t count = std::min(at_once, columns.size() - first);
    const auto begin = columns.begin() + static_cast<std::ptrdiff_t>(first);
    const std::vector<std::string> names(begin, begin + static_cast<std::ptrdiff_t>(count));
    for (const CodedColumn& column : code_columns(table, names))
      shares.push_back(telling_share(column.codes, items[0].codes));
  }
  return shares;
}

double repeated_share(const Table& table, const std::string& user, const std::string& item) {
  const std::vector<CodedColumn> columns = code_columns(table, std::vector<std::string>{user, item});
  const std::vector<uint32_t>&users = columns[0].codes, &items = columns[1].codes;
  std::unordered_set<uint64_t> pairs;
  size_t rows = 0, repeated = 0;
  for (size_t row = 0; row < users.size(); ++row) {
    if (columns[0].values.is_missing(users[row])) continue;
    ++rows;
    repeated += pairs.insert(uint64_t{users[row]} << 32 | items[row]).second ? 0 : 1;
  }
  return rows == 0 ? 0 : static_cast<double>(repeated) / static_cast<double>(rows);
}

}  // namespace shortlist
