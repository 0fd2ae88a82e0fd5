// Threads that run what is posted to them.
#pragma once

#include <thread>
#include <vector>

#include "shortlist/server/http/sockets.h"

namespace shortlist {

class Workers {
 public:
  // Throws a failed Error if the machine does not give so many threads.
  explicit Workers(int threads);
  ~Workers() { join(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  asio::io_context& context() { return context_; }
  // Returns when all that was posted has run; nothing runs afterwards.
  void join();

 private:
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::vector<std::thread> threads_;
};

}  // namespace shortlist
