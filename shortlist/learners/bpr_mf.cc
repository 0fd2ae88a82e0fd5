#include "shortlist/learners/bpr_mf.h"

#include <algorithm>

#include "shortlist/learners/factor_files.h"
#include "shortlist/learners/factor_learner.h"

namespace shortlist {
namespace {

constexpr const char* kFile = "bpr_mf.safetensors";

// Query vectors have a 1 for the column of the biases.
class BprRetriever final : public FactorRetriever {
 public:
  BprRetriever(std::shared_ptr<const BprModel> model, ItemVectors vectors, IndexKind index,
               std::unique_ptr<Hnsw> graph)
      : FactorRetriever(std::move(vectors), index, std::move(graph)), model_(std::move(model)) {}

  size_t memory_bytes() const override {
    return FactorRetriever::memory_bytes() + model_->factors.users.memory_bytes() +
           model_->factors.items.memory_bytes() + model_->factors.biases.size() * sizeof(float);
  }
  // bpr_mf.safetensors: `users` F32 [users, factors], `items` F32 [items, factors], `biases` F32 [items],
  // `settings` F64 [3] (learning rate, regularization, seed).
  void save(RetrieverWriter& files) const override {
    const BprOptions& options = model_->options;
    const std::vector<double> settings = {options.rate, options.regularization,
                                          static_cast<double>(options.seed)};
    FactorTensors tensors;
    tensors.add("settings", settings);
    tensors.add("users", model_->factors.users);
    tensors.add("items", model_->factors.items);
    tensors.add("biases", model_->factors.biases);
    tensors.save(kFile, files);
    FactorRetriever::save(files);
  }

 protected:
  void write_query(const QueryBatch& queries, size_t q, std::span<float> vector) const override {
    const size_t factors = model_->factors.items.factors();
    if (const float* const known = known_user(queries.users[q])) {
      std::copy_n(known, factors, vector.begin());
    } else {
      const BprFold folded = fold_history(items_of(queries, q), false);
      std::copy_n(folded.vector.begin(), factors, vector.begin());
    }
    vector.back() = 1;
  }

  FoldedHistory fold(const QueryBatch& queries, size_t q) const override {
    FoldedHistory folded{.items = items_of(queries, q), .parts = {}, .rest = {}};
    std::vector<float> vector(vectors().width());
    write_query(queries, q, vector);
    for (std::vector<float>& part : fold_history(folded.items, true).parts) {
      part.resize(model_->factors.items.factors());
      part.resize(vector.size());
      folded.parts.push_back(std::move(part));
    }
    folded.add_up_to(vector);
    return folded;
  }

 private:
  static std::vector<uint32_t> items_of(const QueryBatch& queries, size_t q) {
    std::vector<uint32_t> items;
    for (const HistoryItem& each : distinct_items(queries.histories[q])) items.push_back(each.item);
    return items;
  }
  BprFold fold_history(std::span<const uint32_t> history, bool with_parts) const {
    return fold_in_bpr(model_->factors.items, model_->factors.biases, history, model_->options, with_parts);
  }
  const float* known_user(uint32_t user) const {
    return user < model_->factors.users.rows() ? model_->factors.users.row(user) : nullptr;
  }

  const std::shared_ptr<const BprModel> model_;
};

FactorRetriever::ItemVectors vectors_of(const BprModel& model) {
  const std::vector<float> more[] = {model.factors.biases};
  return {model.factors.items, more};
}

class BprLearner final : public FactorLearner {
 public:
  BprLearner(const LearnerInput& input, const BprMfSettings& settings)
      : FactorLearner(input, BprMfSettings::kind, settings.epochs),
        settings_(settings),
        options_{.factors = static_cast<size_t>(settings.factors),
                 .epochs = settings.epochs,
                 .rate = settings.learning_rate,
                 .regularization = settings.regularization,
                 .negatives = settings.negatives,
                 .seed = seed()} {}

  std::unique_ptr<Retriever> make_retriever(bool searched) override {
    return make_bpr_retriever(model_, input(), searched);
  }

 protected:
  SparseMatrix read_entries() const override {
    return user_items(data(), settings_.weighted ? EntryValue::weights : EntryValue::one);
  }
  void begin(const SparseRows& entries) override {
    entries_ = entries;
    training_.emplace(entries, options_, input().pool);
  }
  EpochRecord run_epoch(int epoch, const std::atomic<bool>& stop) override {
    const double right = training_->run_epoch(epoch, stop);
    return {.epoch = 0, .learning_rate = options_.rate, .train = {{"right_pairs", right}}, .validation = {}};
  }
  std::vector<std::pair<std::string, std::span<float>>> state() override {
    BprFactors& factors = training_->factors();
    return {{"users", factors.users.all()}, {"items", factors.items.all()}, {"biases", factors.biases}};
  }
  void end() override {
    auto model = std::make_shared<BprModel>();
    model->options = options_;
    model->factors = std::move(training_->factors());
    clear_users_without_items(model->factors.users);
    model_ = std::move(model);
    training_.reset();
  }

 private:
  // Their vectors are still random.
  void clear_users_without_items(FactorTable& users) const {
    for (size_t u = 0; u < users.rows(); ++u)
      if (entries_.size_of(u) == 0) std::fill_n(users.row(u), users.stride(), 0.0f);
  }

  const BprMfSettings settings_;
  const BprOptions options_;
  SparseRows entries_;
  std::optional<BprTraining> training_;
  std::shared_ptr<const BprModel> model_;
};

}  // namespace

std::unique_ptr<Retriever> make_bpr_retriever(std::shared_ptr<const BprModel> model,
                                              const LearnerInput& input, bool searched) {
  auto vectors = vectors_of(*model);
  const IndexKind index = searched ? input.training.index : IndexKind::exact;
  auto graph = build_graph(vectors, input, index, model->factors.users);
  return std::make_unique<BprRetriever>(std::move(model), std::move(vectors), index, std::move(graph));
}

std::unique_ptr<Learner> BprMfSettings::make_learner(const LearnerInput& input) const {
  return std::make_unique<BprLearner>(input, *this);
}

std::unique_ptr<Retriever> BprMfSettings::load(const StoredModel& stored) {
  auto model = std::make_shared<BprModel>();
  const size_t items = stored.items.ids.size();
  stored.files.read(kFile, [&](StoredFile file) {
    const SafetensorsFile tensors = file.tensors();
    const std::vector<double> settings = read_doubles(tensors, "settings", 3);
    model->options.rate = settings[0], model->options.regularization = settings[1];
    model->options.seed = static_cast<uint64_t>(settings[2]);
    const size_t factors = read_width(tensors, "items", items);
    model->factors.items = read_factors(tensors, "items", items, factors);
    model->factors.users = read_factors(tensors, "users", read_rows(tensors, "users"), factors);
    model->factors.biases = read_floats(tensors, "biases", items);
  });
  return load_factor_retriever<BprRetriever>(stored, model, vectors_of(*model));
}

}  // namespace shortlist
