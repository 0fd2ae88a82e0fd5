#include "shortlist/train/step_ranks.h"

#include <algorithm>

#include "shortlist/ranks/ordered_sum.h"

namespace shortlist {
namespace {

size_t parts_of(const TrainSpec& spec, const Communicator& ranks) {
  check_batch_parts(spec.settings, ranks);
  return static_cast<size_t>(spec.settings.batch_parts);
}

bool reads_groups(std::span<const Task> tasks) {
  return std::ranges::any_of(tasks, [](const Task& task) { return task.loss->needs().groups; });
}

}  // namespace

void check_batch_parts(const TrainingConfig& training, const Communicator& ranks) {
  if (ranks.size() > training.batch_parts)
    throw usage_error("training.batch_parts = {}: {} ranks need at least as many parts of a batch",
                      training.batch_parts, ranks.size());
}

StepRanks::StepRanks(const TrainSpec& spec, const ModelSpec& model, Parameters& parameters,
                     const Dataset& data, ThreadPool& pool, Precision precision, Communicator& ranks)
    : parts_(parts_of(spec, ranks)),
      pool_(pool),
      ranks_(ranks),
      range_(parts_of_rank(parts_, ranks.rank(), ranks.size())),
      split_(block_of(data), parts_, reads_groups(make_tasks(spec, model))),
      whole_(parts_),
      shares_(range_.size()) {
  const int threads = std::max(1, pool.threads() / static_cast<int>(range_.size()));
  for (size_t part = range_.first; part < range_.end; ++part) {
    if (divided())
      parameters_.push_back(std::make_unique<Parameters>(Parameters::of_part(model, parameters)));
    own_.push_back(std::make_unique<StepPart>(spec, model, divided() ? *parameters_.back() : parameters, data,
                                              precision, PartPlace{part, parts_}, part == range_.first));
    if (range_.size() > 1) pools_.push_back(std::make_unique<ThreadPool>(threads));
  }
  if (!divided()) parameters.make_gradients();
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (parameters.at(i).spec.table && parameters.at(i).spec.trainable) tables_.push_back(i);
  }
}

// Parts on one rank run in parallel, each with threads of its own.
void StepRanks::for_each_part(FunctionRef<void(size_t, ThreadPool&)> act) {
  if (own_.size() == 1) return act(0, pool_);
  pool_.run(own_.size(), [&](size_t i, int) { act(i, *pools_[i]); });
}

void StepRanks::make_batches(std::span<const uint32_t> rows, const NegativeSource& negatives) {
  split_.split(rows);
  for_each_part([&](size_t i, ThreadPool&) {
    if (!divided()) return own_[i]->make_batch(rows, negatives);
    NegativeSource source = negatives;
    source.part = range_.first + i;
    source.parts = parts_;
    source.batch_rows = rows.size();
    source.random = negatives.random.at(source.part);
    own_[i]->make_batch(split_.part(source.part), source);
  });
  if (!divided() || !has_embeddings()) return;
  std::vector<PartCandidates> candidates;
  for (const auto& part : own_) candidates.push_back(part->candidates());
  whole_.gather(ranks_, candidates);
}

bool StepRanks::has_embeddings() const { return std::ranges::any_of(tasks(), &Task::has_embeddings); }

// Gathers what all parts contribute, in their order.
void StepRanks::join(size_t share) {
  joined_.resize(parts_ * share);
  const std::span<float> all = joined_;
  std::vector<std::span<std::byte>> received;
  for (int r = 0; r < ranks_.size(); ++r) {
    const PartRange range = parts_of_rank(parts_, r, ranks_.size());
    received.push_back(std::as_writable_bytes(all.subspan(range.first * share, range.size() * share)));
  }
  std::vector<float> own;
  for (const std::span<const float> part : shares_) own.insert(own.end(), part.begin(), part.end());
  ranks_.all_gather(std::as_bytes(std::span(own)), received);
}

void StepRanks::run_joined(Begin begin, Continue go_on) {
  for_each_part([&](size_t i, ThreadPool& pool) { shares_[i] = begin(*own_[i], pool); });
  while (!shares_[0].empty()) {
    join(shares_[0].size());
    for_each_part([&](size_t i, ThreadPool& pool) { shares_[i] = go_on(*own_[i], pool, joined_); });
  }
}

void StepRanks::forward(const RandomStream& random) {
  const auto key = [&](const StepPart& part) {
    return divided() ? random.at(part.place().part).key() : random.key();
  };
  const auto begin = [&](StepPart& part, ThreadPool& pool) { return part.begin_forward(pool, key(part)); };
  const auto go_on = [](StepPart& part, ThreadPool& pool, std::span<const float> joined) {
    return part.plan().continue_forward(pool, joined);
  };
  run_joined(begin, go_on);
}

void StepRanks::backward() {
  const auto begin = [](StepPart& part, ThreadPool& pool) { return part.begin_backward(pool); };
  const auto go_on = [](StepPart& part, ThreadPool& pool, std::span<const float> joined) {
    return part.plan().continue_backward(pool, joined);
  };
  run_joined(begin, go_on);
}

void StepRanks::run_loss(size_t task, double weight) {
  const bool compares = divided() && tasks()[task].has_embeddings();
  if (compares) {
    std::vector<ConstMatrix> embeddings;
    for (const auto& part : own_) embeddings.push_back(part->candidate_embeddings(task));
    whole_.gather_embeddings(ranks_, embeddings);
  }
  for_each_part([&](size_t i, ThreadPool& pool) {
    own_[i]->run_loss(pool, task, weight, compares ? &whole_ : nullptr, split_.rows(), split_.groups());
  });
  if (!compares) return;
  std::vector<std::span<float>> gradients;
  for (const auto& part : own_) gradients.push_back(part->whole_gradient());
  sum_in_order(ranks_, parts_, std::span<const std::span<float>>(gradients));
  for_each_part([&](size_t i, ThreadPool&) { own_[i]->take_gradient(task, whole_, gradients[0]); });
}

void StepRanks::sum_gradients() {
  if (!divided()) return;
  std::vector<std::span<float>> dense;
  for_each_part([&](size_t i, ThreadPool&) { own_[i]->parameters().add_halves(); });
  for (const auto& part : own_) dense.push_back(part->parameters().dense_gradient());
  sum_in_order(ranks_, parts_, std::span<const std::span<float>>(dense));
  sum_tables();
}

// Puts the rows that any part touches, with their sums, where the first part had its own.
void StepRanks::sum_tables() {
  std::vector<TableGradients> own(own_.size());
  for_each_part([&](size_t i, ThreadPool&) { own[i] = own_[i]->table_gradients(tables_); });
  table_sums_ = sum_tables_in_order(ranks_, parts_, std::move(own));
  for (size_t t = 0; t < tables_.size(); ++t) {
    ParameterState& state = first().parameters().at(tables_[t]);
    TableGradient& sum = table_sums_[t];
    state.rows.touched = sum.rows;
    state.gradient = {sum.values.data(), sum.rows.size(), sum.width, sum.width};
  }
}

StepPart::Sums StepRanks::sums() {
  if (!divided()) return first().sums();
  const size_t count = tasks().size();
  std::vector<std::vector<double>> values;
  std::vector<std::span<double>> own;
  for (const auto& part : own_) {
    const StepPart::Sums& sums = part->sums();
    std::vector<double>& all = values.emplace_back(1, sums.weight);
    for (const auto* list : {&sums.losses, &sums.squared_errors, &sums.own_weights})
      all.insert(all.end(), list->begin(), list->end());
  }
  for (std::vector<double>& part : values) own.push_back(part);
  sum_in_order(ranks_, parts_, std::span<const std::span<double>>(own));
  const auto list = [&](size_t which) {
    const auto begin = values[0].begin() + static_cast<std::ptrdiff_t>(1 + which * count);
    return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(count));
  };
  return {values[0][0], list(0), list(1), list(2)};
}

void StepRanks::start_profile() {
  ranks_.start();
  for (const auto& part : own_)
    part->plan().start_profile(pools_.empty() ? pool_.threads() : pools_[0]->threads());
}

std::vector<StepPhase> StepRanks::profile() const {
  std::vector<StepPhase> phases = first().plan().profile();
  for (size_t i = 1; i < own_.size(); ++i) {
    const std::vector<StepPhase> more = own_[i]->plan().profile();
    for (size_t p = 0; p < phases.size(); ++p) {
      phases[p].operations += more[p].operations;
      phases[p].bytes += more[p].bytes;
      phases[p].seconds += more[p].seconds;
    }
  }
  return phases;
}

std::string StepRanks::first_not_finite() const {
  for (const auto& part : own_) {
    if (const std::string name = part->plan().first_not_finite(); !name.empty()) return name;
  }
  return "";
}

}  // namespace shortlist
