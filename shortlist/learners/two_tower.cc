#include "shortlist/learners/two_tower.h"

#include <algorithm>

#include "shortlist/learners/new_values.h"
#include "shortlist/learners/two_tower_retriever.h"
#include "shortlist/learners/unread_nodes.h"
#include "shortlist/retrieval/all_items.h"
#include "shortlist/train/checkpoint.h"
#include "shortlist/train/run_outputs.h"

namespace shortlist {
namespace {

// The learning rates of the epochs up to the one whose weights are kept.
LearningRates best_rates(const TrainingConfig& training, const TrainerState& state, int64_t steps_an_epoch) {
  const auto& early = training.early_stopping;
  const size_t epochs = early && early->restore_best && state.early.best_epoch > 0
                            ? static_cast<size_t>(state.early.best_epoch)
                            : state.history.epochs.size();
  const auto first = state.rates.begin();
  return {{first, first + static_cast<std::ptrdiff_t>(std::min(epochs, state.rates.size()))}, steps_an_epoch};
}

std::unique_ptr<Towers> initial_towers(const LearnerInput& input) {
  auto towers = make_towers(input.model);
  towers->parameters->initialize(static_cast<uint64_t>(input.training.settings.seed));
  if (input.earlier != nullptr) {
    const FeatureMap& features = input.prepared.features;
    begin_with(*input.earlier, input.model, features, *towers->parameters);
    begin_new_values(*input.earlier, input.model, features, input.prepared.data, *towers->parameters);
  }
  return towers;
}

std::string precision_warning(Precision wanted) {
  if (step_precision(wanted) == wanted) return "";
  return fmt::format(
      "training.precision = \"{}\" needs matrix tiles (Intel's AMX){}, which this processor does not have: "
      "training in float32",
      enum_name(wanted), wanted == Precision::bf16 ? " or AMD's AVX-512 with bfloat16 (Zen 4)" : "");
}

// Computes a tower's outputs for some rows, with its own plan.
Buffer embed(ThreadPool& pool, const Towers& towers, int row_set, const EncodedRows& encoded,
             std::span<const uint32_t> rows, RankedRows* ranked = nullptr) {
  const int output = row_set == kQueryRows ? towers.spec.query : towers.spec.candidate;
  const auto width = static_cast<size_t>(towers.spec.at(output).width);
  Plan plan(towers.spec, *towers.parameters, {.outputs = tower_outputs(towers.spec, row_set)});
  Buffer embeddings(rows.size(), width);
  run_tower(pool, plan, towers.spec, row_set, encoded, rows, embeddings.view(rows.size(), width), ranked);
  return embeddings;
}

// Some evenly spaced queries help to choose how the graph is linked.
std::unique_ptr<Hnsw> build_graph(const LearnerInput& input, const Towers& towers) {
  constexpr size_t kMost = 256;
  const EncodedRows& queries = input.prepared.data.queries;
  const size_t count = std::min(queries.rows, kMost), width = towers.query_width();
  std::vector<uint32_t> rows;
  for (size_t i = 0; i < count; ++i) rows.push_back(static_cast<uint32_t>(i * queries.rows / count));
  const Buffer embedded = embed(input.pool, towers, kQueryRows, queries, rows);
  return std::make_unique<Hnsw>(towers.item_vectors(), input.training.retrieval->hnsw, input.pool,
                                embedded.view(count, width));
}

}  // namespace

std::unique_ptr<Towers> make_towers(const ModelSpec& spec) {
  auto towers = std::make_unique<Towers>();
  towers->spec = spec;
  towers->parameters = std::make_unique<Parameters>(towers->spec);
  return towers;
}

TwoTowerLearner::TwoTowerLearner(const LearnerInput& input) : TwoTowerLearner(input, initial_towers(input)) {}

TwoTowerLearner::TwoTowerLearner(const LearnerInput& input, std::unique_ptr<Towers> towers)
    : input_(input),
      towers_(std::move(towers)),
      trainer_(input.training, towers_->spec, *towers_->parameters, input.prepared.data, input.pool,
               input.ranks) {}

std::vector<std::string> TwoTowerLearner::warnings() const {
  std::vector<std::string> warnings;
  if (std::string precision = precision_warning(input_.training.settings.precision); !precision.empty())
    warnings.push_back(std::move(precision));
  for (std::string& unread : warnings_of_unread(towers_->spec)) warnings.push_back(std::move(unread));
  return warnings;
}

void TwoTowerLearner::announce(TrainingCallback& callback) const {
  callback.prepared(input_.training, input_.prepared.data, towers_->spec, *towers_->parameters);
}

void TwoTowerLearner::load(const FitOptions& options, TrainingCallback& callback) {
  trainer_.load(open_given_checkpoint(options.from_checkpoint));
  callback.resumed(trainer_.state());
  trainer_.save(options.checkpoints);
  trainer_.use_average();
  towers_->parameters->pack(input_.pool, false);
}

Fitted TwoTowerLearner::fit(const FitOptions& options, TrainingCallback& callback,
                            const std::atomic<bool>& stop) {
  embedded_ = false;
  if (!options.from_checkpoint.empty()) {
    load(options, callback);
    return {.history = trainer_.state().history};
  }
  if (options.rates) trainer_.follow(*options.rates);
  const auto warn = [&](const std::string& message) { callback.warned(message); };
  if (options.resume && trainer_.resume(options.checkpoints, warn)) callback.resumed(trainer_.state());
  if (options.profile) trainer_.start_profile();
  const int epochs_before = trainer_.state().epoch;
  const bool finished = trainer_.run(callback, stop, options.checkpoints) == Trainer::Outcome::finished;
  if (options.profile) callback.profiled(trainer_.profile());
  const TrainerState& state = trainer_.state();
  return {finished, state.epoch != epochs_before, state.history,
          best_rates(input_.training.settings, state, trainer_.steps_an_epoch())};
}

Towers* TwoTowerLearner::towers() {
  if (!embedded_) {
    const Dataset& data = input_.prepared.data;
    RankedRows ranked;
    towers_->items =
        embed(input_.pool, *towers_, kCandidateRows, data.candidates, data.candidate_of_item, &ranked);
    towers_->ranked_items = ranked.take();
    embedded_ = true;
  }
  return towers_.get();
}

std::unique_ptr<Retriever> TwoTowerLearner::make_retriever(bool searched) {
  const Towers& towers = *this->towers();
  const auto& retrieval = input_.training.retrieval;
  if (!retrieval) return std::make_unique<AllItems>(towers.item_vectors().rows);
  if (!searched) return std::make_unique<TwoTowerRetriever>(towers, IndexKind::exact);
  auto graph = retrieval->index == IndexKind::hnsw ? build_graph(input_, towers) : nullptr;
  return std::make_unique<TwoTowerRetriever>(towers, retrieval->index, std::move(graph));
}

std::unique_ptr<Retriever> TwoTowerSettings::load(const StoredModel& stored) {
  if (stored.retrieval == nullptr) return std::make_unique<AllItems>(stored.items.ids.size());
  return load_two_tower(*stored.towers, stored.retrieval->index, stored.files);
}

}  // namespace shortlist
