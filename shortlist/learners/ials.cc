#include "shortlist/learners/ials.h"

#include <algorithm>

#include "shortlist/learners/factor_files.h"
#include "shortlist/learners/factor_learner.h"
#include "shortlist/learners/solver_pool.h"

namespace shortlist {
namespace {

constexpr const char* kFile = "ials.safetensors";

Buffer gram_of(const FactorTable& items) {
  ThreadPool one(1);
  return gram_matrix(items, one);
}

// The equations of a history. Its views are into itself.
class HistorySystem {
 public:
  HistorySystem(std::span<const HistoryItem> history, const IalsModel& model)
      : options_{.alpha = model.alpha, .regularization = model.regularization, .nu = model.nu},
        row_(options_, model.items.rows()) {
    for (const HistoryItem& each : history) {
      columns_.push_back(each.item);
      weights_.push_back(model.weighted ? each.count : 1);
    }
    system_ = row_.system(columns_, weights_);
  }
  HistorySystem(const HistorySystem&) = delete;
  const RowSystem& operator*() const { return system_; }

 private:
  const IalsOptions options_;
  IalsRow row_;
  std::vector<uint32_t> columns_;
  std::vector<float> weights_;
  RowSystem system_;
};

class IalsRetriever final : public FactorRetriever {
 public:
  IalsRetriever(std::shared_ptr<const IalsModel> model, ItemVectors vectors, IndexKind index,
                std::unique_ptr<Hnsw> graph)
      : FactorRetriever(std::move(vectors), index, std::move(graph)),
        model_(std::move(model)),
        gram_(gram_of(model_->items)),
        solvers_([this] {
          const size_t stride = model_->items.stride();
          return std::make_unique<RowSolver>(model_->items, gram_.view(stride, stride));
        }) {}

  size_t memory_bytes() const override {
    return FactorRetriever::memory_bytes() + model_->items.memory_bytes() + model_->users.memory_bytes() +
           gram_.size() * sizeof(float);
  }
  // ials.safetensors: `items` F32 [items, factors], `popularity` F32 [items], `settings` F64 [4] (alpha,
  // regularization, nu, weighted); with model.weighted also `users` F32 [users, factors].
  void save(RetrieverWriter& files) const override {
    const std::vector<double> settings = {model_->alpha, model_->regularization, model_->nu,
                                          model_->weighted ? 1.0 : 0.0};
    FactorTensors tensors;
    tensors.add("settings", settings);
    tensors.add("items", model_->items);
    tensors.add("popularity", model_->popularity);
    if (model_->weighted) tensors.add("users", model_->users);
    tensors.save(kFile, files);
    FactorRetriever::save(files);
  }

 protected:
  void write_query(const QueryBatch& queries, size_t q, std::span<float> vector) const override {
    const std::vector<HistoryItem> history = distinct_items(queries.histories[q]);
    if (write_unsolved(queries.users[q], history, vector)) return;
    solve(history, [&](const RowSolver&, const RowSystem&, std::span<float> x) {
      std::copy_n(x.begin(), model_->items.factors(), vector.begin());
    });
  }

  FoldedHistory fold(const QueryBatch& queries, size_t q) const override {
    const std::vector<HistoryItem> history = distinct_items(queries.histories[q]);
    std::vector<float> vector(vectors().width());
    const bool is_written = write_unsolved(queries.users[q], history, vector);
    FoldedHistory folded;
    if (history.empty()) {
      folded.add_up_to(vector);
      return folded;
    }
    solve(history, [&](const RowSolver& solver, const RowSystem& system, std::span<float> x) {
      const size_t factors = model_->items.factors();
      if (!is_written) std::copy_n(x.begin(), factors, vector.begin());
      for (size_t h = 0; h < history.size(); ++h) {
        solver.solve_again(model_->items.row(history[h].item), x.data());
        std::vector<float>& part = folded.parts.emplace_back(vector.size());
        for (size_t k = 0; k < factors; ++k) part[k] = system.targets[h] * x[k];
        folded.items.push_back(history[h].item);
      }
    });
    folded.add_up_to(vector);
    return folded;
  }

 private:
  // Writes the vector of a known user or of a query without a history. Returns false for any other.
  bool write_unsolved(uint32_t user, std::span<const HistoryItem> history, std::span<float> vector) const {
    std::ranges::fill(vector, 0.0f);
    if (const float* const known = known_user(user)) {
      std::copy_n(known, model_->items.factors(), vector.begin());
      return true;
    }
    if (history.empty()) vector.back() = 1;  // popular items
    return history.empty();
  }

  // Calls use(solver, system, x) with the solution x of the history, which it may overwrite.
  template <typename Use>
  void solve(std::span<const HistoryItem> history, Use use) const {
    solvers_.with([&](RowSolver& solver) {
      std::vector<float> x(model_->items.stride());
      const HistorySystem system(history, *model_);
      solver.solve(*system, x.data());
      use(std::as_const(solver), *system, std::span(x));
    });
  }

  // Only if weights are known that histories do not have. A row of zeros is a user who took nothing.
  const float* known_user(uint32_t user) const {
    if (user >= model_->users.rows()) return nullptr;
    const auto row = model_->users.row_span(user);
    return std::ranges::all_of(row, [](float x) { return x == 0; }) ? nullptr : row.data();
  }

  const std::shared_ptr<const IalsModel> model_;
  const Buffer gram_;
  const SolverPool solvers_;
};

FactorRetriever::ItemVectors vectors_of(const IalsModel& model) {
  const std::vector<float> more[] = {model.popularity};
  return {model.items, more};
}

class IalsLearner final : public FactorLearner {
 public:
  IalsLearner(const LearnerInput& input, const IalsSettings& settings)
      : FactorLearner(input, IalsSettings::kind, settings.epochs), settings_(settings) {}

  std::unique_ptr<Retriever> make_retriever(bool searched) override {
    auto vectors = vectors_of(*model_);
    const IndexKind index = searched ? input().training.index : IndexKind::exact;
    auto graph = build_graph(vectors, input(), index, users_);
    return std::make_unique<IalsRetriever>(model_, std::move(vectors), index, std::move(graph));
  }

 protected:
  SparseMatrix read_entries() const override {
    return user_items(data(), settings_.weighted ? EntryValue::weights : EntryValue::one);
  }

  void begin(const SparseRows& entries) override {
    entries_ = entries;
    training_.emplace(entries,
                      IalsOptions{.factors = static_cast<size_t>(settings_.factors),
                                  .epochs = settings_.epochs,
                                  .alpha = settings_.alpha,
                                  .regularization = settings_.regularization,
                                  .nu = settings_.nu,
                                  .solver = settings_.solver,
                                  .cg_steps = settings_.cg_steps,
                                  .seed = seed()},
                      input().pool, input().ranks);
  }

  EpochRecord run_epoch(int, const std::atomic<bool>& stop) override {
    return {
        .epoch = 0, .learning_rate = 0, .train = {{"loss", training_->run_epoch(stop)}}, .validation = {}};
  }

  std::vector<std::pair<std::string, std::span<float>>> state() override {
    IalsFactors& factors = training_->factors();
    return {{"users", factors.users.all()}, {"items", factors.items.all()}};
  }

  void end() override {
    IalsFactors& factors = training_->factors();
    auto model = std::make_shared<IalsModel>();
    model->alpha = settings_.alpha;
    model->regularization = settings_.regularization;
    model->nu = settings_.nu;
    model->weighted = settings_.weighted;
    model->popularity = shares_of_most_popular(entries_);
    users_ = factors.users.copy();
    if (settings_.weighted) model->users = training_->solve_users();
    model->items = std::move(factors.items);
    model_ = std::move(model);
    training_.reset();
  }

 private:
  const IalsSettings settings_;
  SparseRows entries_;
  std::optional<IalsTraining> training_;
  FactorTable users_;  // examples of queries for the graph
  std::shared_ptr<const IalsModel> model_;
};

}  // namespace

std::unique_ptr<Learner> IalsSettings::make_learner(const LearnerInput& input) const {
  return std::make_unique<IalsLearner>(input, *this);
}

std::unique_ptr<Retriever> IalsSettings::load(const StoredModel& stored) {
  auto model = std::make_shared<IalsModel>();
  const size_t items = stored.items.ids.size();
  stored.files.read(kFile, [&](StoredFile file) {
    const SafetensorsFile tensors = file.tensors();
    const std::vector<double> settings = read_doubles(tensors, "settings", 4);
    model->alpha = settings[0], model->regularization = settings[1], model->nu = settings[2];
    model->weighted = settings[3] != 0;
    const size_t factors = read_width(tensors, "items", items);
    model->items = read_factors(tensors, "items", items, factors);
    model->popularity = read_floats(tensors, "popularity", items);
    if (model->weighted) model->users = read_factors(tensors, "users", read_rows(tensors, "users"), factors);
  });
  return load_factor_retriever<IalsRetriever>(stored, model, vectors_of(*model));
}

}  // namespace shortlist
