// Loading that a signal can interrupt: a loading thread cannot be stopped, so the program exits without
// waiting for it.
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

// Runs one task at a time on its own thread.
class BackgroundJob {
 public:
  BackgroundJob() = default;
  ~BackgroundJob() { wait(); }
  BackgroundJob(const BackgroundJob&) = delete;
  BackgroundJob& operator=(const BackgroundJob&) = delete;

  // The previous task must have ended, and `work` must not throw. Throws Error(failed) if the system cannot
  // create a thread.
  void start(std::function<void()> work);
  bool is_running() const { return running_; }
  // Waits at most `time`. Returns whether the task has ended.
  bool wait_for(std::chrono::milliseconds time);

 private:
  void wait();

  std::mutex mutex_;
  std::condition_variable ended_;
  std::atomic<bool> running_ = false;
  std::thread thread_;
};

// Loads the models. Exits the program successfully as soon as `ends`, which is polled, returns true.
std::unique_ptr<ModelStore> load_models(const std::vector<ModelSource>& sources, const FetchSettings& fetch,
                                        std::chrono::duration<double> poll, FunctionRef<bool()> ends);

// Exits the program without waiting for threads.
[[noreturn]] void end_at_once();

}  // namespace shortlist
