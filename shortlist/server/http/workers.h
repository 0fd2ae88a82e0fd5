// A pool of threads that run the tasks posted to it.
#pragma once

#include <thread>
#include <vector>

#include "shortlist/server/http/sockets.h"

namespace shortlist {

class Workers {
 public:
  // Throws Error(failed) if the system cannot create that many threads.
  explicit Workers(int threads);
  ~Workers() { join(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  asio::io_context& context() { return context_; }
  // Returns when all posted tasks have run. Nothing runs afterwards.
  void join();

 private:
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::vector<std::thread> threads_;
};

}  // namespace shortlist
