#include "shortlist/metrics/user_metrics.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

#include "shortlist/base/error.h"
#include "shortlist/metrics/list_metrics.h"

namespace shortlist {
namespace {

using ListFigure = double (*)(std::span<const Relevant>, size_t);

struct Kind {
  const char* name;
  ListFigure figure;
};
constexpr Kind kKinds[] = {{"recall@", recall},         {"ndcg@", ndcg},
                           {"precision@", precision},   {"hit@", hit},
                           {"map@", average_precision}, {"mrr@", reciprocal_rank}};

// A mean over the lists of a user, then over users.
class UserMean {
 public:
  void add(double value) {
    of_user_ += value;
    ++lists_;
  }
  // The user's figure, or none without lists.
  std::optional<double> end_user() {
    if (lists_ == 0) return std::nullopt;
    const double figure = of_user_ / static_cast<double>(lists_);
    total_ += figure;
    ++users_;
    of_user_ = 0;
    lists_ = 0;
    return figure;
  }
  bool empty() const { return users_ == 0; }
  double mean() const { return users_ > 0 ? total_ / static_cast<double>(users_) : 0; }

 private:
  double total_ = 0, of_user_ = 0;
  size_t users_ = 0, lists_ = 0;
};

// The relevant items of one list, with their ranks.
struct List {
  std::vector<Relevant> relevant;
  std::vector<Rank> ranks;

  void add(Rank rank, double gain) {
    relevant.push_back({rank.absent ? INFINITY : rank.position(), gain});
    ranks.push_back(rank);
  }
  void clear() {
    relevant.clear();
    ranks.clear();
  }
  void drop_without_gain() {
    for (size_t i = relevant.size(); i-- > 0;) {
      if (relevant[i].gain > 0) continue;
      relevant.erase(relevant.begin() + static_cast<std::ptrdiff_t>(i));
      ranks.erase(ranks.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
};

// Every pair of relevant items adds 1 to the sum of the numbers of relevant items above or, half, level with
// a relevant one. What remains of the ranks is due to other items.
std::optional<double> list_auc(const List& list, size_t items) {
  double above = 0, present = 0;
  for (const Rank& rank : list.ranks) {
    if (rank.absent) continue;
    // An item without a finite score ranks behind the whole catalogue.
    above += std::min(rank.greater + rank.equal / 2.0, static_cast<double>(items) - 1);
    ++present;
  }
  const double others = static_cast<double>(items) - present;
  if (!(others > 0)) return std::nullopt;
  above -= present * (present - 1) / 2;
  return (present - above / others) / static_cast<double>(list.ranks.size());
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

class UserFigures {
 public:
  UserFigures(const std::vector<int>& ks, const ListItems* items, FiguresByUser* each)
      : ks_(ks), items_(items), each_(each), means_(std::size(kKinds) * ks.size()) {
    if (each_ == nullptr) return;
    each_->values.resize(means_.size());
    for (size_t f = 0; f < means_.size(); ++f) each_->names.push_back(name(f));
  }

  void add(List& list, uint32_t user) {
    list.drop_without_gain();
    if (list.relevant.empty()) return;
    for (size_t f = 0; f < means_.size(); ++f)
      means_[f].add(kKinds[f / ks_.size()].figure(list.relevant, static_cast<size_t>(ks_[f % ks_.size()])));
    if (items_ == nullptr) return;
    if (const auto auc = list_auc(list, items_->of(user))) auc_.add(*auc);
  }
  void end_user(uint32_t user) {
    for (size_t f = 0; f < means_.size(); ++f) {
      const std::optional<double> figure = means_[f].end_user();
      if (each_ == nullptr || !figure) continue;
      if (f == 0) each_->users.push_back(user);
      each_->values[f].push_back(*figure);
    }
    auc_.end_user();
  }
  Metrics figures() const {
    Metrics figures;
    for (size_t f = 0; f < means_.size(); ++f) figures.emplace_back(name(f), means_[f].mean());
    if (items_ != nullptr && !auc_.empty()) figures.emplace_back("list_auc", auc_.mean());
    return figures;
  }

 private:
  std::string name(size_t f) const {
    return kKinds[f / ks_.size()].name + std::to_string(ks_[f % ks_.size()]);
  }

  const std::vector<int>& ks_;
  const ListItems* items_;
  FiguresByUser* each_;
  std::vector<UserMean> means_;  // [kind][k]
  UserMean auc_;
};

}  // namespace

std::string recall_name(int k) { return "recall@" + std::to_string(k); }
std::string ndcg_name(int k) { return "ndcg@" + std::to_string(k); }
std::string unseen_name(const std::string& name) { return "unseen_" + name; }

namespace {

Metrics add_figures(const Observations& rows, std::span<const Rank> rank, const std::vector<int>& ks,
                    const ListItems* items, FiguresByUser* each) {
  SHORTLIST_CHECK(rows.user.size() == rows.rows && rank.size() == rows.rows);
  const std::vector<uint32_t> order = grouped_rows(rows);
  UserFigures figures(ks, items, each);
  List list;
  for (size_t i = 0; i < order.size(); ++i) {
    const uint32_t row = order[i];
    const bool fresh = list.relevant.empty() || rows.candidate[row] != rows.candidate[order[i - 1]];
    const double weight = rows.weight_of(row);
    if (fresh) {
      list.add(rank[row], weight);
    } else {
      list.relevant.back().gain = std::max(list.relevant.back().gain, weight);
    }
    const bool last = i + 1 == order.size(), user_ends = last || rows.user[order[i + 1]] != rows.user[row];
    if (user_ends || rows.query[order[i + 1]] != rows.query[row]) {
      figures.add(list, rows.user[row]);
      list.clear();
    }
    if (user_ends) figures.end_user(rows.user[row]);
  }
  return figures.figures();
}

}  // namespace

Metrics user_figures(const Observations& rows, std::span<const Rank> rank, const std::vector<int>& ks,
                     const ListItems* items) {
  return add_figures(rows, rank, ks, items, nullptr);
}

FiguresByUser figures_by_user(const Observations& rows, std::span<const Rank> rank,
                              const std::vector<int>& ks) {
  FiguresByUser each;
  add_figures(rows, rank, ks, nullptr, &each);
  return each;
}

}  // namespace shortlist
