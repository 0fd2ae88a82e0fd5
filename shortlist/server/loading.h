// Loads that a signal may cut short: a thread that loads cannot be stopped, so the program ends without it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/server/model_store.h"

namespace shortlist {

// One piece of work at a time in a thread of its own.
class BackgroundJob {
 public:
  BackgroundJob() = default;
  ~BackgroundJob() { wait(); }
  BackgroundJob(const BackgroundJob&) = delete;
  BackgroundJob& operator=(const BackgroundJob&) = delete;

  // The work before must have ended, and `work` must not throw. Throws a failed Error if the machine does not
  // give a thread.
  void start(std::function<void()> work);
  bool is_running() const { return running_; }
  // Waits at most so long; returns whether the work has ended.
  bool wait_for(std::chrono::milliseconds time);

 private:
  void wait();

  std::mutex mutex_;
  std::condition_variable ended_;
  std::atomic<bool> running_ = false;
  std::thread thread_;
};

// Loads the models; ends the program, well, as soon as `ends` says so, which is asked again and again.
std::unique_ptr<ModelStore> load_models(const std::vector<ModelSource>& sources, FunctionRef<bool()> ends);

// Ends the program without waiting for threads.
[[noreturn]] void end_at_once();

}  // namespace shortlist
