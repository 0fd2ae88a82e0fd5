// What a request may take: time, work, and the size of its answer.
#pragma once

#include <string>

#include "shortlist/base/deadline.h"
#include "shortlist/server/limits.h"
#include "shortlist/server/routes/problem.h"

namespace shortlist {

// Thrown where the thread answers short requests alone: the request is to be handled again by another.
struct TakesLong {};

class Budget {
 public:
  // `seconds_per_operation`: what the model measured; 0 where every request may run here.
  Budget(const Limits& limits, Deadline deadline, double seconds_per_operation = 0)
      : limits_(limits), deadline_(deadline), seconds_per_operation_(seconds_per_operation) {}

  // Engine calls look at it.
  const Deadline& deadline() const { return deadline_; }

  // Before work is begun that takes about so many operations (ModelCost). Throws a 422 Problem for more than
  // the limit, `field` being what should be smaller, or TakesLong.
  void check_operations(double operations, const std::string& field) const;
  // The same for an answer that is expected to have so many bytes.
  void check_expected_bytes(double bytes, const std::string& field) const;
  // While an answer is written. Throws a 422 Problem, and DeadlinePassed.
  void check_written(size_t bytes) const;

 private:
  const Limits& limits_;
  Deadline deadline_;
  double seconds_per_operation_;
};

}  // namespace shortlist
