// Lends solvers, which have scratch memory, to the threads that answer queries.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "shortlist/factors/row_solver.h"

namespace shortlist {

class SolverPool {
 public:
  // What `make` refers to must outlive it.
  explicit SolverPool(std::function<std::unique_ptr<RowSolver>()> make) : make_(std::move(make)) {}

  template <typename Use>
  void with(Use use) const {
    std::unique_ptr<RowSolver> solver = take();
    use(*solver);
    const std::scoped_lock lock(mutex_);
    free_.push_back(std::move(solver));
  }

 private:
  std::unique_ptr<RowSolver> take() const {
    {
      const std::scoped_lock lock(mutex_);
      if (!free_.empty()) {
        auto solver = std::move(free_.back());
        free_.pop_back();
        return solver;
      }
    }
    return make_();
  }

  const std::function<std::unique_ptr<RowSolver>()> make_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<RowSolver>> free_;
};

}  // namespace shortlist
