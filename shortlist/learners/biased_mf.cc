#include "shortlist/learners/biased_mf.h"

#include <algorithm>
#include <cmath>

#include "shortlist/factors/factor_kernels.h"
#include "shortlist/learners/factor_files.h"
#include "shortlist/learners/factor_learner.h"
#include "shortlist/learners/solver_pool.h"

namespace shortlist {
namespace {

constexpr const char* kFile = "biased_mf.safetensors";

// q_i and a 1 for the user's bias.
FactorTable with_ones(const FactorTable& items) {
  FactorTable table(items.rows(), items.factors() + 1);
  for (size_t i = 0; i < items.rows(); ++i) {
    std::copy_n(items.row(i), items.factors(), table.row(i));
    table.row(i)[items.factors()] = 1;
  }
  return table;
}

// Item vectors are (q_i, b_i, 1), and query vectors (x_u, 1, mean + b_u).
class BiasedMfRetriever final : public FactorRetriever {
 public:
  BiasedMfRetriever(std::shared_ptr<const BiasedMfModel> model, ItemVectors vectors, IndexKind index,
                    std::unique_ptr<Hnsw> graph)
      : FactorRetriever(std::move(vectors), index, std::move(graph)),
        model_(std::move(model)),
        fixed_(with_ones(model_->factors.items)),
        solvers_([this] { return std::make_unique<RowSolver>(fixed_, ConstMatrix()); }) {}

  bool reads_labels() const override { return true; }
  bool predicts_label() const override { return true; }
  size_t memory_bytes() const override {
    const BiasedMfFactors& factors = model_->factors;
    return FactorRetriever::memory_bytes() + factors.users.memory_bytes() + factors.items.memory_bytes() +
           factors.implicit.memory_bytes() + fixed_.memory_bytes() +
           (factors.user_biases.size() + factors.item_biases.size()) * sizeof(float);
  }
  // biased_mf.safetensors: `users` F32 [users, factors], `user_biases` F32 [users], `items` F32
  // [items, factors], `item_biases` F32 [items], `settings` F64 [2] (mean, regularization), and for SVD++
  // `implicit` F32 [items, factors].
  void save(RetrieverWriter& files) const override {
    const BiasedMfFactors& factors = model_->factors;
    const std::vector<double> settings = {factors.mean, model_->regularization};
    FactorTensors tensors;
    tensors.add("settings", settings);
    tensors.add("users", factors.users);
    tensors.add("user_biases", factors.user_biases);
    tensors.add("items", factors.items);
    tensors.add("item_biases", factors.item_biases);
    if (factors.implicit.rows() > 0) tensors.add("implicit", factors.implicit);
    tensors.save(kFile, files);
    FactorRetriever::save(files);
  }

 protected:
  void write_query(const QueryBatch& queries, size_t q, std::span<float> vector) const override {
    const uint32_t user = queries.users[q];
    if (user >= model_->factors.users.rows()) return add_up(fold_in(queries.histories[q]), vector);
    std::ranges::copy(model_->factors.users.row_span(user), vector.begin());
    set_rest(vector);
    vector.back() += model_->factors.user_biases[user];
  }

  FoldedHistory fold(const QueryBatch& queries, size_t q) const override {
    FoldedHistory folded = fold_in(queries.histories[q]);
    std::vector<float> vector(vectors().width());
    write_query(queries, q, vector);
    folded.add_up_to(vector);
    return folded;
  }

 private:
  void set_rest(std::span<float> vector) const {
    vector[vector.size() - 2] = 1;
    vector.back() = static_cast<float>(model_->factors.mean);
  }

  static void add_up(const FoldedHistory& folded, std::span<float> vector) {
    std::ranges::copy(folded.rest, vector.begin());
    for (const std::vector<float>& part : folded.parts)
      for (size_t k = 0; k < vector.size(); ++k) vector[k] += part[k];
  }

  FoldedHistory fold_in(const QueryHistory& history) const {
    FoldedHistory folded;
    folded.rest.resize(vectors().width());
    set_rest(folded.rest);
    const std::vector<HistoryItem> all = distinct_items(history);
    for (const HistoryItem& each : all) {
      folded.items.push_back(each.item);
      folded.parts.emplace_back(vectors().width());
    }
    const std::vector<float> implicit = add_implicit(folded);
    add_explicit(all, implicit, folded);
    return folded;
  }

  // SVD++: what the items add, whatever their labels. Returns the sum, [stride].
  std::vector<float> add_implicit(FoldedHistory& folded) const {
    const BiasedMfFactors& factors = model_->factors;
    std::vector<float> sum(factors.items.stride());
    if (factors.implicit.rows() == 0) return sum;
    const float scale = 1 / std::sqrt(static_cast<float>(std::max<size_t>(1, folded.items.size())));
    for (size_t h = 0; h < folded.items.size(); ++h) {
      const float* const row = factors.implicit.row(folded.items[h]);
      for (size_t k = 0; k < factors.items.factors(); ++k) {
        folded.parts[h][k] = scale * row[k];
        sum[k] += folded.parts[h][k];
      }
    }
    return sum;
  }

  // The least-squares solution for p_u and b_u, with the regularisation of each of the user's ratings.
  void add_explicit(std::span<const HistoryItem> history, const std::vector<float>& implicit,
                    FoldedHistory& folded) const {
    const BiasedMfFactors& factors = model_->factors;
    std::vector<uint32_t> columns;
    std::vector<size_t> places;
    std::vector<float> targets;
    for (size_t h = 0; h < history.size(); ++h) {
      const auto& [item, count, label] = history[h];
      if (std::isnan(label)) continue;
      columns.push_back(item);
      places.push_back(h);
      targets.push_back(label - static_cast<float>(factors.mean) - factors.item_biases[item] -
                        dot_factors(implicit.data(), factors.items.row(item), implicit.size()));
    }
    if (columns.empty()) return;
    const std::vector<float> ones(columns.size(), 1.0f);
    const auto regularization =
        static_cast<float>(model_->regularization * static_cast<double>(columns.size()));
    solvers_.with([&](RowSolver& solver) {
      std::vector<float> x(fixed_.stride());
      solver.solve({columns, ones, targets, regularization}, x.data());
      for (size_t r = 0; r < columns.size(); ++r) {
        solver.solve_again(fixed_.row(columns[r]), x.data());
        std::vector<float>& part = folded.parts[places[r]];
        for (size_t k = 0; k < factors.items.factors(); ++k) part[k] += targets[r] * x[k];
        part.back() += targets[r] * x[factors.items.factors()];
      }
    });
  }

  const std::shared_ptr<const BiasedMfModel> model_;
  const FactorTable fixed_;
  const SolverPool solvers_;
};

FactorRetriever::ItemVectors vectors_of(const BiasedMfModel& model) {
  const std::vector<float> more[] = {model.factors.item_biases,
                                     std::vector<float>(model.factors.items.rows(), 1.0f)};
  return {model.factors.items, more};
}

class BiasedMfLearner final : public FactorLearner {
 public:
  BiasedMfLearner(const LearnerInput& input, const BiasedMfSettings& settings)
      : FactorLearner(input, BiasedMfSettings::kind, settings.epochs), settings_(settings) {
    const std::vector<LabelColumn>& labels = data().labels;
    if (labels.empty())
      throw input.kind.where.below("label").error(
          input.kind.written, "\"biased_mf\" needs the column of the ratings, such as label = \"rating\"");
  }

  std::unique_ptr<Retriever> make_retriever(bool searched) override {
    auto vectors = vectors_of(*model_);
    const IndexKind index = searched ? input().training.index : IndexKind::exact;
    auto graph = build_graph(vectors, input(), index, model_->factors.users);
    return std::make_unique<BiasedMfRetriever>(model_, std::move(vectors), index, std::move(graph));
  }

 protected:
  SparseMatrix read_entries() const override { return user_items(data(), EntryValue::label); }

  void begin(const SparseRows& entries) override {
    training_.emplace(entries,
                      BiasedMfOptions{.factors = static_cast<size_t>(settings_.factors),
                                      .epochs = settings_.epochs,
                                      .rate = settings_.learning_rate,
                                      .regularization = settings_.regularization,
                                      .deviation = settings_.deviation,
                                      .implicit = settings_.implicit,
                                      .seed = seed()},
                      input().pool);
  }

  EpochRecord run_epoch(int epoch, const std::atomic<bool>& stop) override {
    const double rmse = training_->run_epoch(epoch, stop);
    EpochRecord record{
        .epoch = 0, .learning_rate = settings_.learning_rate, .train = {{"rmse", rmse}}, .validation = {}};
    if (const double validation = validation_rmse(); validation >= 0)
      record.validation.emplace_back("rmse", validation);
    return record;
  }

  std::vector<std::pair<std::string, std::span<float>>> state() override {
    BiasedMfFactors& factors = training_->factors();
    return {{"users", factors.users.all()},
            {"user_biases", factors.user_biases},
            {"items", factors.items.all()},
            {"item_biases", factors.item_biases},
            {"implicit", factors.implicit.all()}};
  }

  void end() override {
    auto model = std::make_shared<BiasedMfModel>();
    model->regularization = settings_.regularization;
    FactorTable users = training_->complete_users();
    model->factors = std::move(training_->factors());
    model->factors.users = std::move(users);
    model_ = std::move(model);
    training_.reset();
  }

 private:
  // Of the validation rows with a known user and a label; -1 if there are none.
  double validation_rmse() const {
    const FactorTable users = training_->complete_users();
    const BiasedMfFactors& factors = training_->factors();
    const LabelColumn& label = data().labels[0];
    double squares = 0, count = 0;
    for (const uint32_t row : data().split.validation) {
      const uint32_t user = data().user_of_row[row],
                     item = data().item_of_candidate[data().candidate_of_row[row]];
      if (user >= users.rows() || item >= factors.items.rows() || label.is_missing(row)) continue;
      const double error = double{label.values[row]} - predict_rating(factors, users, user, item);
      squares += error * error;
      ++count;
    }
    return count == 0 ? -1 : std::sqrt(squares / count);
  }

  const BiasedMfSettings settings_;
  std::optional<BiasedMfTraining> training_;
  std::shared_ptr<const BiasedMfModel> model_;
};

}  // namespace

std::unique_ptr<Learner> BiasedMfSettings::make_learner(const LearnerInput& input) const {
  return std::make_unique<BiasedMfLearner>(input, *this);
}

std::unique_ptr<Retriever> BiasedMfSettings::load(const StoredModel& stored) {
  auto model = std::make_shared<BiasedMfModel>();
  const size_t items = stored.items.ids.size();
  stored.files.read(kFile, [&](StoredFile file) {
    const SafetensorsFile tensors = file.tensors();
    const std::vector<double> settings = read_doubles(tensors, "settings", 2);
    BiasedMfFactors& of = model->factors;
    of.mean = settings[0], model->regularization = settings[1];
    const size_t factors = read_width(tensors, "items", items), users = read_rows(tensors, "users");
    of.items = read_factors(tensors, "items", items, factors);
    of.item_biases = read_floats(tensors, "item_biases", items);
    of.users = read_factors(tensors, "users", users, factors);
    of.user_biases = read_floats(tensors, "user_biases", users);
    if (read_rows(tensors, "implicit") > 0) of.implicit = read_factors(tensors, "implicit", items, factors);
  });
  return load_factor_retriever<BiasedMfRetriever>(stored, model, vectors_of(*model));
}

}  // namespace shortlist
