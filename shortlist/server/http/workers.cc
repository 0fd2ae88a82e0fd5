#include "shortlist/server/http/workers.h"

#include "shortlist/base/start_thread.h"
#include "shortlist/base/threads.h"

namespace shortlist {

Workers::Workers(int threads) : context_(threads) {
  try {
    for (int t = 0; t < threads; ++t) threads_.push_back(start_thread([this] { context_.run(); }));
  } catch (...) {
    join();  // destroying a joinable thread would terminate the program
    throw;
  }
}

void Workers::join() {
  work_.reset();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

}  // namespace shortlist
