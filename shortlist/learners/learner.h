// What trains: from the rows of a table to what a bundle answers with. Two towers by gradient descent are one
// kind; kinds.cc lists all.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/config/config.h"
#include "shortlist/metrics/history.h"
#include "shortlist/retrieval/retriever.h"
#include "shortlist/retrieval/towers.h"
#include "shortlist/train/prepare.h"
#include "shortlist/train/training_callback.h"

namespace shortlist {

// What a learner reads. All must outlive it.
struct LearnerInput {
  const Config& config;
  const PreparedData& prepared;
  ThreadPool& pool;
};

struct FitOptions {
  // The folder where a learner that can be interrupted keeps its state; with `resume` it goes on from there.
  std::string checkpoints;
  bool resume = false;
  bool profile = false;  // time the phases of the work, for TrainingCallback::profiled()
  // Fit nothing, and take what this checkpoint says: a file, or a folder whose newest it is.
  std::string from_checkpoint;
  // Fit as a fit before did, on more rows: for as many epochs, at these learning rates (Fitted::rates).
  std::optional<std::vector<double>> rates;
};

struct Fitted {
  bool finished = true;       // false: stopped; a fit with `resume` goes on
  bool went_on = true;        // whether this call took a step
  History history;            // no epochs for a kind that has none
  std::vector<double> rates;  // of the epochs up to the one that was kept
};

// A fit is a pure function of the input: the same bytes for any number of threads, and after an interruption.
class Learner {
 public:
  virtual ~Learner() = default;

  // Things in the config or the data that a person may not have meant.
  virtual std::vector<std::string> warnings() const { return {}; }
  // Calls callback.prepared().
  virtual void announce(TrainingCallback& callback) const = 0;

  // Stops as soon as `stop` is set, if the kind takes long. Throws a failed Error where no model comes of the
  // data, and a usage Error for options that the kind does not have.
  virtual Fitted fit(const FitOptions& options, TrainingCallback& callback,
                     const std::atomic<bool>& stop) = 0;

  // After fit(). The towers, with the items' vectors, or null; they belong to the learner.
  virtual Towers* towers() { return nullptr; }
  // After fit(). Keeps views of the towers. `searched`: with the index that the config asks for; else only
  // what evaluation needs.
  virtual std::unique_ptr<Retriever> make_retriever(bool searched) = 0;
};

// The usage Error of a kind that is fitted at once and has no checkpoints, if the options speak of one.
void reject_checkpoints(const FitOptions& options, const std::string& kind);

}  // namespace shortlist
