// A rank that is a child of another program, such as a worker of Spark or Ray, ends when that program ends,
// however that happened: its standard input is a pipe that the other program holds open.
#pragma once

#include <functional>
#include <memory>

namespace shortlist {

class LifeLine {
 public:
  // Reads standard input until it ends, on a thread that is never joined, and ignores what it reads. Then
  // calls what before_end() has set, and `end`, which ends the process.
  explicit LifeLine(std::function<void()> end);
  ~LifeLine() { before_end({}); }
  LifeLine(const LifeLine&) = delete;

  void before_end(std::function<void()> call);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace shortlist
