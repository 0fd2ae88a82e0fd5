// The limits of one request: time, work, and the size of its answer.
#pragma once

#include <string>

#include "shortlist/base/deadline.h"
#include "shortlist/server/limits.h"
#include "shortlist/server/routes/problem.h"

namespace shortlist {

// Thrown on a thread that answers short requests only. The request must be handled again on another thread.
struct TakesLong {};

class Budget {
 public:
  // `seconds_per_operation` is what the model measured. 0 if every request may run on this thread.
  Budget(const Limits& limits, Deadline deadline, double seconds_per_operation = 0)
      : limits_(limits), deadline_(deadline), seconds_per_operation_(seconds_per_operation) {}

  // Checked by calls of the engine.
  const Deadline& deadline() const { return deadline_; }

  // Call before starting work of about `operations` operations (ModelCost). Throws a 422 Problem if they
  // exceed the limit, where `field` is the field that should be smaller, or TakesLong.
  void check_operations(double operations, const std::string& field) const;
  // The same for an answer of about `bytes` bytes.
  void check_expected_bytes(double bytes, const std::string& field) const;
  // Call while an answer is written. Throws a 422 Problem, or DeadlinePassed.
  void check_written(size_t bytes) const;

 private:
  const Limits& limits_;
  Deadline deadline_;
  double seconds_per_operation_;
};

}  // namespace shortlist
