#include "shortlist/server/loading.h"

#include <cstdlib>
#include <exception>

#include "shortlist/base/start_thread.h"
#include "shortlist/server/log.h"

namespace shortlist {

void BackgroundJob::start(std::function<void()> work) {
  wait();
  running_ = true;
  try {
    thread_ = start_thread([this, work = std::move(work)] {
      work();
      const std::lock_guard lock(mutex_);
      running_ = false;
      ended_.notify_all();
    });
  } catch (...) {
    running_ = false;
    throw;
  }
}

bool BackgroundJob::wait_for(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, time, [this] { return !running_; });
}

void BackgroundJob::wait() {
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<ModelStore> load_models(const std::vector<ModelSource>& sources, const FetchSettings& fetch,
                                        std::chrono::duration<double> poll, FunctionRef<bool()> ends) {
  constexpr std::chrono::milliseconds kLook(20);
  std::unique_ptr<ModelStore> models;
  std::exception_ptr error;
  BackgroundJob job;
  job.start([&] {
    try {
      models = std::make_unique<ModelStore>(sources, fetch, poll);
    } catch (...) {
      error = std::current_exception();
    }
  });
  while (!job.wait_for(kLook)) {
    if (!ends()) continue;
    log("stopped while loading", {});
    end_at_once();
  }
  if (error) std::rethrow_exception(error);
  return models;
}

void end_at_once() { std::_Exit(0); }

}  // namespace shortlist
