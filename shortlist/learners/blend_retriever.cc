#include "shortlist/learners/blend_retriever.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/learners/blend_weights.h"

namespace shortlist {
namespace {

constexpr const char* kFile = "blend.json";

std::string prefix(size_t member) { return fmt::format("member_{}_", member); }

class NewMemberFiles final : public RetrieverWriter {
 public:
  NewMemberFiles(RetrieverWriter& files, size_t number) : files_(files), number_(number) {}
  void add(const std::string& name, FunctionRef<void(const std::string& path)> write) override {
    files_.add(prefix(number_) + name, write);
  }

 private:
  RetrieverWriter& files_;
  size_t number_;
};

// A batch of queries as a member reads it: without what it does not read of the users, so that its scores are
// those of the kind alone.
class MemberBatch {
 public:
  MemberBatch(const Retriever& member, const QueryBatch& queries) : batch_(queries) {
    if (!member.reads_users()) {
      batch_.users = {};
      batch_.histories = {};
      return;
    }
    for (QueryHistory history : queries.histories) {
      if (!member.reads_labels()) history.labels = {};
      if (!member.reads_times()) history.times = {};
      histories_.push_back(history);
    }
    batch_.histories = histories_;
  }
  MemberBatch(const MemberBatch&) = delete;
  const QueryBatch& batch() const { return batch_; }

 private:
  QueryBatch batch_;
  std::vector<QueryHistory> histories_;
};

// The largest difference of two scores.
double span_of(std::span<const float> scores) {
  float low = INFINITY, high = -INFINITY;
  for (float score : scores) {
    if (!std::isfinite(score)) continue;
    low = std::min(low, score);
    high = std::max(high, score);
  }
  return high > low ? double{high} - double{low} : 0;
}

}  // namespace

BlendRetriever::BlendRetriever(std::vector<BlendMember> members) : members_(std::move(members)) {
  SHORTLIST_CHECK(!members_.empty());
}

void BlendRetriever::score_all(const QueryBatch& queries, Matrix scores) const {
  Buffer memory(scores.rows, scores.cols);
  const Matrix own = memory.view(scores.rows, scores.cols);
  for (size_t q = 0; q < scores.rows; ++q) std::ranges::fill(scores.row_span(q), 0.0f);
  for (size_t m = 0; m < members_.size(); ++m) {
    if (members_[m].weight == 0) continue;
    score_member(m, queries, own);
    const auto weight = static_cast<float>(members_[m].weight);
    for (size_t q = 0; q < scores.rows; ++q)
      for (size_t i = 0; i < scores.cols; ++i) scores(q, i) += weight * own(q, i);
  }
}

void BlendRetriever::score_member(size_t member, const QueryBatch& queries, Matrix scores) const {
  const Retriever& retriever = *members_[member].retriever;
  retriever.score_all(MemberBatch(retriever, queries).batch(), scores);
  for (size_t q = 0; q < scores.rows; ++q) standardize_scores(scores.row_span(q));
}

std::vector<Explanation> BlendRetriever::explain(const QueryBatch& query, std::span<const uint32_t> items,
                                                 const Deadline& deadline) const {
  std::vector<Explanation> explanations(items.size());
  for (Explanation& explanation : explanations) explanation.method = "blend";
  Buffer memory(1, this->items());
  const Matrix scores = memory.view(1, this->items());
  for (const BlendMember& member : members_) {
    deadline.check();
    const MemberBatch own(*member.retriever, query);
    member.retriever->score_all(own.batch(), scores);
    const double before = span_of(scores.row_span(0));
    standardize_scores(scores.row_span(0));
    const double scale = before > 0 ? span_of(scores.row_span(0)) / before : 0;
    const std::vector<Explanation> why = member.retriever->explain(own.batch(), items, deadline);
    for (size_t i = 0; i < items.size(); ++i) {
      FeatureShare share{.feature = member.name, .column = "", .score = member.weight * scores(0, items[i])};
      for (size_t f = 0; i < why.size() && f < why[i].features.size(); ++f) {
        for (HistoryShare taken : why[i].features[f].history) {
          taken.score *= member.weight * scale;
          share.history.push_back(std::move(taken));
        }
      }
      explanations[i].features.push_back(std::move(share));
    }
  }
  return explanations;
}

void BlendRetriever::prepare() const {
  for (const BlendMember& member : members_) member.retriever->prepare();
}

bool BlendRetriever::reads_users() const {
  return std::ranges::any_of(members_,
                             [](const BlendMember& member) { return member.retriever->reads_users(); });
}

bool BlendRetriever::reads_labels() const {
  return std::ranges::any_of(members_,
                             [](const BlendMember& member) { return member.retriever->reads_labels(); });
}

bool BlendRetriever::reads_times() const {
  return std::ranges::any_of(members_,
                             [](const BlendMember& member) { return member.retriever->reads_times(); });
}

ConstMatrix BlendRetriever::item_vectors() const {
  for (const BlendMember& member : members_)
    if (const ConstMatrix vectors = member.retriever->item_vectors(); vectors.rows > 0) return vectors;
  return {};
}

double BlendRetriever::operations() const {
  double sum = static_cast<double>(items() * members_.size());
  for (const BlendMember& member : members_) sum += member.retriever->operations();
  return sum;
}

size_t BlendRetriever::memory_bytes() const {
  size_t sum = 0;
  for (const BlendMember& member : members_) sum += member.retriever->memory_bytes();
  return sum;
}

void BlendRetriever::save(RetrieverWriter& files) const {
  nlohmann::json members = nlohmann::json::array();
  for (size_t m = 0; m < members_.size(); ++m) {
    members.push_back(
        {{"name", members_[m].name}, {"kind", members_[m].kind}, {"weight", members_[m].weight}});
    NewMemberFiles own(files, m);
    members_[m].retriever->save(own);
  }
  files.add(kFile, [&](const std::string& path) {
    write_file_atomically(path, dump_json({{"members", std::move(members)}}));
  });
}

std::vector<BlendMember> read_blend(RetrieverReader& files) {
  std::vector<BlendMember> members;
  files.read(kFile, [&](StoredFile file) {
    const nlohmann::json blend = parse_json(file.bytes.text(), file.path);
    for (const nlohmann::json& member : blend.at("members")) {
      members.push_back({member.at("name"), member.at("kind"), member.at("weight"), nullptr});
      const double weight = members.back().weight;
      if (!(weight >= 0) || !std::isfinite(weight))
        throw data_error("member '{}' has the weight {}, need 0 or more", members.back().name, weight);
    }
    if (members.empty()) throw data_error("has no members");
  });
  return members;
}

void MemberFiles::read(const std::string& name, FunctionRef<void(StoredFile file)> read) {
  files_.read(prefix(number_) + name, read);
}

}  // namespace shortlist
