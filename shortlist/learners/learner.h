// Trains a model: from the rows of a table to the retriever and the towers of a bundle. Two towers trained by
// gradient descent are one kind; kinds.cc lists all.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/config/train_spec.h"
#include "shortlist/learners/earlier_model.h"
#include "shortlist/metrics/history.h"
#include "shortlist/retrieval/retriever.h"
#include "shortlist/retrieval/towers.h"
#include "shortlist/train/learning_rates.h"
#include "shortlist/train/prepare.h"
#include "shortlist/train/training_callback.h"

namespace shortlist {

class Communicator;

// The input of a learner. All must outlive it.
struct LearnerInput {
  const ModelConfig& kind;  // the kind's name and its settings
  const TrainSpec& training;
  const ModelSpec& model;  // of the towers; without nodes if the kind has none
  const PreparedData& prepared;
  ThreadPool& pool;
  std::vector<std::string> query_features = {};  // names of the query's features, in order
  const EarlierModel* earlier = nullptr;         // the model whose parameters the towers begin with
  Communicator* ranks = nullptr;                 // that fit the model together; null: one
};

struct FitOptions {
  // The folder in which an interruptible learner saves its state. With `resume` it continues from there.
  std::string checkpoints;
  bool resume = false;
  bool profile = false;  // time the phases of the work, for TrainingCallback::profiled()
  // Do not train; load this checkpoint: a file, or a folder, of which the newest checkpoint is used.
  std::string from_checkpoint;
  // Repeat an earlier fit on more rows: one epoch at each of these learning rates (Fitted::rates).
  std::optional<LearningRates> rates;
};

struct Fitted {
  bool finished = true;  // false: stopped; a fit with `resume` continues
  bool went_on = true;   // whether this call ran at least one step
  History history;       // no epochs for a kind without epochs
  LearningRates rates;   // of the epochs up to the kept one
};

// A fit is a pure function of the input: its result has the same bytes for any number of threads, and after
// an interruption.
class Learner {
 public:
  virtual ~Learner() = default;

  // Notes about settings or data that may be unintended.
  virtual std::vector<std::string> warnings() const { return {}; }
  // Calls callback.prepared().
  virtual void announce(TrainingCallback& callback) const = 0;

  // Stops as soon as `stop` is set, if the kind takes long. Throws Error(failed) if the data gives no model,
  // and a usage Error for options that the kind does not support.
  virtual Fitted fit(const FitOptions& options, TrainingCallback& callback,
                     const std::atomic<bool>& stop) = 0;

  // After fit(): the towers with the items' vectors, or null. The learner owns them.
  virtual Towers* towers() { return nullptr; }
  // After fit(): a retriever with views of the towers. `searched`: with the index of the config; otherwise
  // only with what evaluation needs.
  virtual std::unique_ptr<Retriever> make_retriever(bool searched) = 0;
};

// Throws a usage Error if the options ask for checkpoints, for a kind that is fitted in one go and has none.
void reject_checkpoints(const FitOptions& options, const std::string& kind);

}  // namespace shortlist
