#include "shortlist/learners/blend.h"

#include <algorithm>
#include <deque>
#include <map>
#include <numeric>

#include "shortlist/learners/blend_weights.h"
#include "shortlist/learners/find_kind.h"
#include "shortlist/learners/only_warnings.h"
#include "shortlist/learners/query_blocks.h"
#include "shortlist/math/top_k.h"

namespace shortlist {
namespace {

constexpr size_t kListLength = 10;     // whose NDCG the weights maximise
constexpr size_t kMostQueries = 2000;  // that they are learned from
constexpr size_t kBestOfMember = 100;  // candidates of a member for each query
constexpr size_t kQueriesABlock = 16;

struct MemberConfig {
  std::string name;
  ModelConfig config;
};

ModelConfig read_member(const Value& value, const Where& where) {
  if (value.table() == nullptr)
    throw where.error(value, "got " + value.describe() + ", need a table with kind");
  ModelConfig member;
  member.kind.clear();
  member.written = value;
  member.where = where;
  Value::Table settings;
  for (const auto& entry : *value.table()) {
    if (entry.first == "kind") {
      read_value(entry.second, member.kind, where.below("kind"));
    } else {
      settings.push_back(entry);
    }
  }
  if (member.kind.empty()) throw where.error(value, "has no kind");
  member.settings = Value(std::move(settings), value.line);
  return member;
}

// Stable in memory: learners keep references to the configs.
std::deque<MemberConfig> read_members(const std::vector<Value>& members, const Where& where) {
  std::deque<MemberConfig> read;
  std::map<std::string, int> used;
  for (size_t m = 0; m < members.size(); ++m) {
    ModelConfig config = read_member(members[m], where.below("members").below(std::to_string(m)));
    const int times = ++used[config.kind];
    std::string name = times == 1 ? config.kind : fmt::format("{} {}", config.kind, times);
    read.push_back({std::move(name), std::move(config)});
  }
  return read;
}

std::vector<double> with_sum_1(std::vector<double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

// The validation rows of a query: the items to find, with their gains.
struct Wanted {
  uint32_t query;
  std::map<uint32_t, float> gains;
};

std::vector<Wanted> wanted_items(const Dataset& data) {
  std::vector<Wanted> all;
  std::vector<uint32_t> place(data.queries.rows, UINT32_MAX);
  const std::vector<float>& weights = data.retrieval_weights();
  for (uint32_t row : data.split.validation) {
    const float gain = weights.empty() ? 1 : weights[row];
    if (!(gain > 0)) continue;
    uint32_t& at = place[data.query_of_row[row]];
    if (at == UINT32_MAX) {
      at = static_cast<uint32_t>(all.size());
      all.push_back({data.query_of_row[row], {}});
    }
    float& best = all[at].gains[data.item_of_candidate[data.candidate_of_row[row]]];
    best = std::max(best, gain);
  }
  if (all.size() <= kMostQueries) return all;
  std::vector<Wanted> some;
  for (size_t i = 0; i < kMostQueries; ++i) some.push_back(std::move(all[i * all.size() / kMostQueries]));
  return some;
}

class BlendLearner final : public Learner {
 public:
  BlendLearner(const LearnerInput& input, const BlendSettings& settings)
      : input_(input), members_(read_members(settings.members, input.kind.where)) {
    if (!settings.weights.empty()) weights_ = with_sum_1(settings.weights);
    check_validation();
    for (const MemberConfig& member : members_) {
      const bool towers = member.config.is_two_tower();
      learners_.push_back(find_kind(member.config)
                              .make_learner({member.config, input.training, towers ? input.model : none_,
                                             input.prepared, input.pool, input.query_features}));
      if (towers) towers_ = learners_.back().get();
    }
  }

  std::vector<std::string> warnings() const override {
    std::vector<std::string> all;
    for (size_t m = 0; m < learners_.size(); ++m)
      for (const std::string& warning : learners_[m]->warnings())
        all.push_back(fmt::format("{}: {}", members_[m].name, warning));
    return all;
  }

  void announce(TrainingCallback& callback) const override {
    if (towers_ != nullptr) return towers_->announce(callback);
    callback.prepared(input_.training, input_.prepared.data, none_, Parameters(none_));
  }

  Fitted fit(const FitOptions& options, TrainingCallback& callback, const std::atomic<bool>& stop) override {
    if (towers_ == nullptr) reject_checkpoints(options, BlendSettings::kind);
    OnlyWarnings warnings(callback);
    Fitted result;
    for (size_t m = 0; m < learners_.size(); ++m) {
      if (learners_[m].get() == towers_) {
        result = learners_[m]->fit(options, callback, stop);
        if (!result.finished) return result;
        continue;
      }
      FitOptions own{.resume = options.resume};
      if (!options.checkpoints.empty()) own.checkpoints = fmt::format("{}/member_{}", options.checkpoints, m);
      if (!learners_[m]->fit(own, warnings, stop).finished || stop) {
        result.finished = false;
        return result;
      }
    }
    if (weights_.empty()) weights_ = learn_weights();
    return result;
  }

  Towers* towers() override { return towers_ == nullptr ? nullptr : towers_->towers(); }

  std::unique_ptr<Retriever> make_retriever(bool searched) override {
    std::vector<BlendMember> members;
    for (size_t m = 0; m < learners_.size(); ++m)
      members.push_back({members_[m].name, members_[m].config.kind, weights_.empty() ? 1 : weights_[m],
                         learners_[m]->make_retriever(searched)});
    return std::make_unique<BlendRetriever>(std::move(members));
  }

 private:
  void check_validation() const {
    if (!weights_.empty()) return;
    const bool refits = input_.training.settings.refit;
    if (!refits && !input_.prepared.data.split.validation.empty()) return;
    throw input_.kind.where.below("weights").error(
        input_.kind.written,
        fmt::format("has no value, and learned weights need validation rows, {}",
                    refits ? "which training.refit trains on" : "of which data.split leaves none"));
  }

  std::vector<double> learn_weights() {
    const std::vector<Wanted> wanted = wanted_items(input_.prepared.data);
    const std::unique_ptr<Retriever> made = make_retriever(false);
    const auto& blend = dynamic_cast<const BlendRetriever&>(*made);
    QueryBlocks blocks(blend, towers(), input_.prepared.data, input_.pool);
    std::vector<BlendList> lists;
    std::vector<Buffer> scores(members_.size());
    for (size_t begin = 0; begin < wanted.size(); begin += kQueriesABlock) {
      const size_t count = std::min(kQueriesABlock, wanted.size() - begin);
      std::vector<uint32_t> queries;
      for (size_t i = 0; i < count; ++i) queries.push_back(wanted[begin + i].query);
      const QueryBatch& batch = blocks.of(queries);
      std::vector<Matrix> of_members;
      for (size_t m = 0; m < members_.size(); ++m) {
        scores[m].reserve(count * blend.items());
        of_members.push_back(scores[m].view(count, blend.items()));
        blend.score_member(m, batch, of_members[m]);
      }
      for (size_t i = 0; i < count; ++i) lists.push_back(list_of(wanted[begin + i], of_members, i));
    }
    return learn_blend_weights(lists, members_.size(), kListLength, input_.pool);
  }

  // The best items of each member, without the seen ones.
  BlendList list_of(const Wanted& wanted, const std::vector<Matrix>& scores, size_t row) const {
    const Dataset& data = input_.prepared.data;
    std::span<const uint32_t> seen;
    if (input_.training.drops_seen && !data.user_of_query.empty())
      seen = data.seen.of(data.user_of_query[wanted.query]);
    std::vector<uint32_t> candidates;
    for (const Matrix& of_member : scores) {
      TopK best(std::min(kBestOfMember + seen.size(), of_member.cols));
      best.push(of_member.row_span(row), 0);
      for (const Scored& item : best.take())
        if (!std::ranges::binary_search(seen, item.index)) candidates.push_back(item.index);
    }
    std::ranges::sort(candidates);
    const auto repeated = std::ranges::unique(candidates);
    candidates.erase(repeated.begin(), repeated.end());
    BlendList list;
    for (uint32_t item : candidates)
      for (const Matrix& of_member : scores) list.scores.push_back(of_member(row, item));
    for (const auto& [item, gain] : wanted.gains) {
      const auto at = std::ranges::lower_bound(candidates, item);
      if (at == candidates.end() || *at != item) {
        list.missed.push_back(gain);
      } else {
        list.relevant.push_back(static_cast<uint32_t>(at - candidates.begin()));
        list.gains.push_back(gain);
      }
    }
    return list;
  }

  const LearnerInput input_;
  const std::deque<MemberConfig> members_;
  const ModelSpec none_;
  std::vector<std::unique_ptr<Learner>> learners_;
  Learner* towers_ = nullptr;    // of the member with towers
  std::vector<double> weights_;  // empty until they are learned
};

}  // namespace

void BlendSettings::check(const Value& value, const Where& where) const {
  const auto error = [&](const char* key, const std::string& message) {
    const Value* at = value.find(key);
    return where.below(key).error(at != nullptr ? *at : value, message);
  };
  int towers = 0;
  for (const MemberConfig& member : read_members(members, where)) {
    if (member.config.kind == kind)
      throw member.config.where.error(member.config.written, "a blend cannot be a member of a blend");
    find_kind(member.config);
    towers += member.config.is_two_tower();
  }
  if (towers > 1) throw error("members", "has two members with towers, but a config describes only one pair");
  if (weights.empty() || members.empty()) return;
  if (weights.size() != members.size())
    throw error("weights", fmt::format("has {} numbers for {} members", weights.size(), members.size()));
  if (!(std::accumulate(weights.begin(), weights.end(), 0.0) > 0))
    throw error("weights", "has only zeros, need one above 0");
}

std::unique_ptr<Learner> BlendSettings::make_learner(const LearnerInput& input) const {
  return std::make_unique<BlendLearner>(input, *this);
}

std::unique_ptr<Retriever> BlendSettings::load(const StoredModel& stored) {
  std::vector<BlendMember> members = read_blend(stored.files);
  for (size_t m = 0; m < members.size(); ++m) {
    const ModelKind* kind = find_model_kind(members[m].kind);
    if (kind == nullptr || kind->name == BlendSettings::kind)
      throw data_error("blend.json: {}", unknown_model_kind(members[m].kind));
    if (kind->name == kTwoTower && stored.towers == nullptr)
      throw data_error("blend.json: has a member of kind 'two_tower', but config.toml describes no towers");
    MemberFiles files(stored.files, m);
    members[m].retriever =
        kind->load({stored.retrieval, stored.query, stored.items, stored.ratings, stored.towers, files});
    if (members[m].retriever->items() != stored.items.ids.size())
      throw data_error("blend.json: member '{}' has {} items, need {}", members[m].name,
                       members[m].retriever->items(), stored.items.ids.size());
  }
  return std::make_unique<BlendRetriever>(std::move(members));
}

}  // namespace shortlist
