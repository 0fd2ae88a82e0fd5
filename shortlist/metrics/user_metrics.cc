#include "shortlist/metrics/user_metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

struct Relevant {
  double position = 0, weight = 0;
};

double discount(double position) { return 1 / std::log2(1 + position); }

// Adds recall@k and ndcg@k of one list to `sums`. Returns false if no item has a weight.
bool add_list(std::vector<Relevant>& relevant, const std::vector<int>& ks, std::vector<double>& sums) {
  double all = 0;
  for (const Relevant& item : relevant) all += item.weight;
  if (!(all > 0)) return false;
  std::ranges::sort(relevant, std::greater(), &Relevant::weight);
  for (size_t i = 0; i < ks.size(); ++i) {
    double hits = 0, gain = 0, best = 0;
    for (const Relevant& item : relevant) {
      if (item.position > ks[i]) continue;
      hits += item.weight;
      gain += item.weight * discount(item.position);
    }
    for (size_t p = 0; p < std::min(relevant.size(), static_cast<size_t>(ks[i])); ++p)
      best += relevant[p].weight * discount(static_cast<double>(p) + 1);
    sums[i] += hits / all;
    sums[ks.size() + i] += gain / best;
  }
  return true;
}

// Rows with a user, sorted by user, query and candidate.
std::vector<uint32_t> grouped_rows(const Observations& rows) {
  std::vector<uint32_t> order;
  for (size_t row = 0; row < rows.rows; ++row) {
    if (rows.user[row] != unknown_index) order.push_back(static_cast<uint32_t>(row));
  }
  const auto key = [&](uint32_t row) {
    return std::tuple(rows.user[row], rows.query[row], rows.candidate[row], row);
  };
  std::ranges::sort(order, {}, key);
  return order;
}

}  // namespace

std::string recall_name(int k) { return "recall@" + std::to_string(k); }
std::string ndcg_name(int k) { return "ndcg@" + std::to_string(k); }
std::string unseen_name(const std::string& name) { return "unseen_" + name; }

Metrics user_figures(const Observations& rows, std::span<const Rank> rank, const std::vector<int>& ks) {
  SHORTLIST_CHECK(rows.user.size() == rows.rows && rank.size() == rows.rows);
  const std::vector<uint32_t> order = grouped_rows(rows);
  std::vector<double> total(2 * ks.size()), of_user(2 * ks.size());
  std::vector<Relevant> relevant;
  size_t users = 0, lists = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const uint32_t row = order[i];
    const bool fresh = relevant.empty() || rows.candidate[row] != rows.candidate[order[i - 1]];
    const double weight = rows.weight_of(row);
    if (fresh) {
      relevant.push_back({rank[row].absent ? INFINITY : rank[row].position(), weight});
    } else {
      relevant.back().weight = std::max(relevant.back().weight, weight);
    }
    const bool last = i + 1 == order.size(), user_ends = last || rows.user[order[i + 1]] != rows.user[row];
    if (user_ends || rows.query[order[i + 1]] != rows.query[row]) {
      lists += add_list(relevant, ks, of_user);
      relevant.clear();
    }
    if (!user_ends || lists == 0) continue;
    for (size_t f = 0; f < total.size(); ++f) total[f] += of_user[f] / static_cast<double>(lists);
    std::ranges::fill(of_user, 0);
    lists = 0;
    ++users;
  }
  Metrics figures;
  for (size_t f = 0; f < total.size(); ++f) {
    const int k = ks[f % ks.size()];
    figures.emplace_back(f < ks.size() ? recall_name(k) : ndcg_name(k),
                         users > 0 ? total[f] / static_cast<double>(users) : 0);
  }
  return figures;
}

}  // namespace shortlist
