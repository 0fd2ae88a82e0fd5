#include "shortlist/learners/factor_learner.h"

#include <algorithm>

#include "shortlist/ranks/communicator.h"
#include "shortlist/train/checkpoint.h"

namespace shortlist {

std::vector<float> shares_of_most_popular(const SparseRows& entries) {
  std::vector<uint32_t> counts(entries.cols);
  uint32_t most = 1;
  for (const uint32_t item : entries.columns) most = std::max(most, ++counts[item]);
  std::vector<float> shares;
  for (const uint32_t count : counts) shares.push_back(static_cast<float>(count) / static_cast<float>(most));
  return shares;
}

namespace {

bool any_of_ranks(Communicator& ranks, bool own) {
  const std::byte said{own};
  bool any = false;
  for (const ByteVector& each : ranks.all_gather(std::span(&said, 1))) any = any || each[0] != std::byte{0};
  return any;
}

}  // namespace

FactorLearner::FactorLearner(const LearnerInput& input, std::string kind, int epochs)
    : input_(input), kind_(std::move(kind)), epochs_(epochs) {
  if (input.prepared.data.user_of_query.empty())
    throw input.kind.where.below("kind").error(
        input.kind.written,
        fmt::format("\"{}\" needs data.user, and a feature of that column in query.features", kind_));
}

void FactorLearner::announce(TrainingCallback& callback) const {
  const ModelSpec none;
  TrainSpec training = input_.training;
  training.settings.epochs = epochs_;
  callback.prepared(training, input_.prepared.data, none, Parameters(none));
}

Fitted FactorLearner::fit(const FitOptions& options, TrainingCallback& callback,
                          const std::atomic<bool>& stop) {
  entries_ = read_entries();
  if (entries_.columns.empty())
    throw failed("\"{}\" has nothing to learn from: no training row has a user and a weight above 0", kind_);
  begin(entries_.view());
  TrainerState run;
  const ValuesCheckpoint view{state(), &run, input_.training.hash, &data().fingerprint};
  if (!options.from_checkpoint.empty()) {
    load_checkpoint(open_given_checkpoint(options.from_checkpoint), view);
    callback.resumed(run);
    end();
    return {.finished = true, .went_on = true, .history = run.history, .rates = {}};
  }
  if (options.resume) {
    const auto warn = [&](const std::string& message) { callback.warned(message); };
    if (const auto checkpoint = open_newest_whole_checkpoint(options.checkpoints, warn)) {
      load_checkpoint(*checkpoint, view);
      callback.resumed(run);
    }
  }
  const int before = run.epoch;
  const Parameters none{ModelSpec()};
  Communicator* const ranks = input_.ranks;
  const bool alone = ranks == nullptr || ranks->size() == 1;
  const std::atomic<bool> never = false;  // ranks stop together, between epochs
  while (run.epoch < epochs_) {
    EpochRecord epoch;
    const bool stopped = alone ? false : any_of_ranks(*ranks, stop);
    if (!stopped) epoch = run_epoch(run.epoch, alone ? stop : never);
    if (stopped || (alone && stop))
      return {.finished = false, .went_on = run.epoch != before, .history = run.history, .rates = {}};
    epoch.epoch = ++run.epoch;
    run.history.epochs.push_back(epoch);
    callback.after_step({run.epoch, epochs_, 1, 1, entries_.columns.size(), epoch.train});
    callback.after_epoch(epoch, none);
    if (options.checkpoints.empty() || (!alone && ranks->rank() > 0)) continue;
    save_checkpoint(checkpoint_path(options.checkpoints, run), view);
    prune_checkpoints(options.checkpoints, input_.training.settings.keep_checkpoints);
  }
  end();
  return {.finished = true, .went_on = run.epoch != before, .history = run.history, .rates = {}};
}

}  // namespace shortlist
