#include "shortlist/jobs/scale_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "shortlist/base/available_memory.h"
#include "shortlist/jobs/scale_work.h"
#include "shortlist/optim/optimizer.h"

namespace shortlist {
namespace {

constexpr double kFloat = 4;  // bytes

class ScalePlanner {
 public:
  ScalePlanner(const Config& config, const ScaleSample& sample, const ScaleQuestion& question,
               const ScaleConstants& constants)
      : config_(config),
        sample_(sample),
        question_(question),
        c_(constants),
        counts_(scaled_counts(config, sample, question)),
        spec_(scaled_model(config, sample, question, counts_)),
        work_(step_work(config, sample, spec_, counts_)),
        ranks_(question.ranks),
        slots_(static_cast<double>(slot_names(config.training.optimizer).size())) {
    // n threads are as fast as n x e^log2(n) of one.
    speed_ = question.threads * std::pow(c_.thread_efficiency, std::log2(question.threads));
    const int parts = (question.parts + question.ranks - 1) / question.ranks;
    share_ = static_cast<double>(parts) / question.parts;
  }

  ScalePlan plan() {
    plan_.rows = counts_.rows;
    plan_.items = counts_.items;
    plan_.users = counts_.users;
    plan_.dense_parameters = work_.dense_values;
    plan_.table_parameters = work_.table_values;
    prepare();
    train();
    evaluate();
    finish();
    for (const StageFigures& stage : plan_.stages)
      plan_.most_memory = std::max(plan_.most_memory, stage.memory);
    note();
    return std::move(plan_);
  }

 private:
  double rows() const { return counts_.rows / ranks_; }  // of a rank
  bool restores() const {
    return config_.training.early_stopping.has_value() && config_.training.early_stopping->restore_best;
  }
  // Bytes of all values with their optimizer state, and with the best ones if they are kept.
  double state_bytes(double values) const { return kFloat * values * (1 + slots_ + (restores() ? 1 : 0)); }
  double model_bytes() const {
    return state_bytes(work_.dense_values) + state_bytes(work_.table_values) / ranks_;
  }
  double names_bytes() const {
    constexpr double kOverhead = 64;  // of a text in memory, and of its place in a table
    return counts_.users * (sample_.user_text + kOverhead) + counts_.items * (sample_.item_text + kOverhead);
  }
  double row_bytes() const { return c_.row_bytes + c_.cell_bytes * static_cast<double>(sample_.columns); }
  double text_bytes() const { return sample_.text_bytes * rows(); }
  double network_seconds(double bytes, double exchanges) const {
    if (ranks_ == 1) return 0;
    const double speed = question_.network > 0 ? question_.network / 8 : 1.25e9;
    return bytes / speed + exchanges * c_.exchange * std::log2(ranks_);
  }

  void add(const char* stage, double seconds, double memory, double disk, double network = 0) {
    plan_.stages.push_back({stage, seconds, memory, disk, network});
  }

  void prepare() {
    const double memory = c_.base_bytes + std::min(c_.text_buffer * text_bytes(), c_.most_text_buffer) +
                          row_bytes() * rows() + names_bytes();
    const double features =
        static_cast<double>(sample_.queries.features.size() + sample_.candidates.features.size());
    // Each rank sends its vocabularies and counts to all others.
    const double vocabulary = ranks_ == 1 ? 0 : names_bytes() * (ranks_ - 1) / ranks_;
    add("read", c_.read_start + c_.read_cell * rows() * static_cast<double>(sample_.columns) / speed_, memory,
        text_bytes());
    add("fit", c_.fit_cell * rows() * features / speed_ + network_seconds(vocabulary, 1), memory, 0,
        vocabulary);
    add("encode", c_.encode_cell * rows() * features / speed_, memory, 0);
    prepared_ = memory;
  }

  // Bytes that a rank sends in a step: gradients of dense parameters there and back; the touched rows of
  // tables to who asks for them, their gradients to their owners; candidates and their gradients.
  double step_bytes() const {
    if (ranks_ == 1) return 0;
    const double others = static_cast<double>(ranks_ - 1) / ranks_;
    const double dense = 2 * work_.dense_values * kFloat * others;
    const double touched = 2 * work_.touched_values * share_ * kFloat * others;
    const double candidates = 2 * counts_.batch_candidates * work_.width * kFloat * others;
    return dense + touched + candidates;
  }

  // Adam moves every row of a table that has ever been touched.
  bool visits_idle_rows() const { return shortlist::visits_idle_rows(config_.training.optimizer); }
  double updated_values() const {
    const double tables = visits_idle_rows() ? work_.table_values / ranks_ : work_.touched_values * share_;
    return work_.dense_values + tables;
  }

  void train() {
    const double compute = c_.step + (c_.operation * work_.operations + c_.byte_moved * work_.bytes +
                                      c_.softmax_pair * work_.softmax_pairs) *
                                         share_ / speed_;
    constexpr double kExchanges = 6;  // rows of tables, candidates, sums, and their gradients
    plan_.step_bytes = step_bytes();
    plan_.step_seconds = compute + c_.updated_value * updated_values() / speed_ +
                         network_seconds(plan_.step_bytes, kExchanges);
    plan_.steps = std::ceil(counts_.train / counts_.batch);
    const double memory =
        std::max(prepared_, c_.base_bytes + row_bytes() * rows() + names_bytes() + model_bytes() +
                                3 * kFloat * work_.activation_values * share_);
    const int kept = config_.training.keep_checkpoints == 0 ? config_.training.epochs
                                                            : config_.training.keep_checkpoints + 1;
    const double checkpoint = model_bytes();
    add("train an epoch", plan_.steps * plan_.step_seconds, memory, kept * checkpoint,
        plan_.steps * plan_.step_bytes);
  }

  double evaluation_memory() const {
    return c_.base_bytes + c_.evaluation_bytes + c_.evaluated_row_bytes * rows() +
           c_.item_bytes * counts_.items + c_.user_bytes * counts_.users / ranks_ + model_bytes() +
           std::min(c_.item_block_bytes * counts_.items, c_.most_item_block);
  }

  // The seconds of ranking all items for each distinct query of these rows.
  double ranking_seconds(double of_rows) const {
    const double queries = distinct_in_batch(std::max(1.0, counts_.queries), of_rows);
    return queries * counts_.items * (c_.ranked_pair + c_.ranked_product * work_.width);
  }

  void evaluate() {
    const double validation =
        (ranking_seconds(counts_.validation) + c_.evaluated_row * counts_.validation) / ranks_ / speed_;
    add("validate an epoch", validation, plan_.stages.back().memory, 0);
    const double tested = counts_.test > 0 ? counts_.test : counts_.validation;
    const double last =
        c_.last_evaluation_fixed +
        (c_.last_evaluation * ranking_seconds(tested) + c_.last_row * counts_.rows) / ranks_ / speed_;
    add("evaluate", last, evaluation_memory(), 0);
  }

  double index_bytes() const {
    if (!config_.retrieval) return 0;
    constexpr double kGraphItem = 140;
    const double values = counts_.items * work_.width;
    switch (config_.retrieval->index) {
      case IndexKind::exact:
        return kFloat * values;
      case IndexKind::bf16:
        return kFloat / 2 * values;
      case IndexKind::int8:
        return values;
      case IndexKind::hnsw:
        return values + kGraphItem * counts_.items;
    }
    return 0;
  }

  // The files of a bundle that grow: docs/reference/bundle.md lists them.
  double bundle_bytes() const {
    constexpr double kFixed = 4e5, kVocabularyEntry = 14, kItemJson = 45;
    constexpr double kSeenItem = 8, kSeenUser = 16, kBaselineRow = 16, kBaselineItem = 28, kBaselineUser = 24,
                     kContextUser = 4;
    const bool is_graph = config_.retrieval && config_.retrieval->index == IndexKind::hnsw;
    const double ids = counts_.users * (sample_.user_text + kVocabularyEntry + kSeenUser + sample_.user_text +
                                        kBaselineUser + kContextUser);
    return kFixed + kFloat * (work_.dense_values + work_.table_values) +
           kFloat * work_.width * counts_.items + ids +
           counts_.items * (sample_.item_text + kItemJson + kVocabularyEntry + kBaselineItem) +
           kSeenItem * counts_.train + kBaselineRow * counts_.rows + (is_graph ? index_bytes() : 0);
  }

  void finish() {
    const bool is_graph = config_.retrieval && config_.retrieval->index == IndexKind::hnsw;
    const double building = is_graph ? c_.hnsw_item * counts_.items * std::log2(std::max(2.0, counts_.items))
                                     : c_.byte_moved * 2 * index_bytes();
    const double memory = evaluation_memory() + index_bytes();
    add("index", building / speed_, memory, 0);
    const double bytes = bundle_bytes();
    add("bundle", c_.written_byte * bytes, memory, bytes);
  }

  void note() {
    const double adam = c_.updated_value * work_.table_values / ranks_ / speed_;
    if (visits_idle_rows() && adam > plan_.step_seconds / 2)
      plan_.notes.push_back(fmt::format(
          "{:.0f} % of a step is the optimizer, which moves every row of the embedding tables that has "
          "ever been touched; training.optimizer.idle_rows = \"skip\" moves only those of the batch",
          100 * adam / plan_.step_seconds));
    double epoch = 0;
    for (const StageFigures& stage : plan_.stages)
      if (stage.stage == "train an epoch") epoch = stage.seconds;
    for (const StageFigures& stage : plan_.stages)
      if ((stage.stage == "validate an epoch" || stage.stage == "evaluate") && stage.seconds > epoch)
        plan_.notes.push_back(
            fmt::format("'{}' takes longer than an epoch, because it ranks all items for each query; give "
                        "validation and test smaller shares in data.split",
                        stage.stage));
  }

  const Config& config_;
  const ScaleSample& sample_;
  const ScaleQuestion& question_;
  const ScaleConstants& c_;
  const ScaledCounts counts_;
  const ModelSpec spec_;
  const StepWork work_;
  const double ranks_, slots_;
  double speed_ = 1;  // of a rank's threads, by that of one core
  double share_ = 1;  // the largest share of a batch that a rank has
  double prepared_ = 0;
  ScalePlan plan_;
};

void check_ranks(const ScaleQuestion& question) {
  if (question.ranks > question.parts)
    throw usage_error(
        "--ranks {}: a batch has {} parts, and each rank needs one; use fewer ranks or --parts {}",
        question.ranks, question.parts, std::bit_ceil(static_cast<unsigned>(question.ranks)));
}

void check_memory(const ScalePlan& plan, const ScaleQuestion& question) {
  if (question.memory <= 0) return;
  for (const StageFigures& stage : plan.stages) {
    if (stage.memory <= question.memory) continue;
    throw usage_error("'{}' needs {} per rank, but --memory is {}", stage.stage, bytes_text(stage.memory),
                      bytes_text(question.memory));
  }
}

}  // namespace

ScalePlan plan_scale(const Config& config, const ScaleSample& sample, const ScaleQuestion& question,
                     const ScaleConstants& constants) {
  check_ranks(question);
  ScalePlan plan = ScalePlanner(config, sample, question, constants).plan();
  check_memory(plan, question);
  return plan;
}

}  // namespace shortlist
