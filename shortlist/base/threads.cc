#include "shortlist/base/threads.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "shortlist/base/start_thread.h"

namespace shortlist {
namespace {

// Arithmetic on subnormals takes about a hundred cycles, and a sharpened softmax produces many of them.
class [[maybe_unused]] FlushSubnormals {
 public:
#if defined(__x86_64__)
  FlushSubnormals() : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | 0x8040); }
  ~FlushSubnormals() { _mm_setcsr(saved_); }

 private:
  unsigned saved_;
#endif
};

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

int available_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

struct ThreadPool::State {
  // A step has dozens of short phases, so a thread first spins, then yields, then sleeps.
  static constexpr int kSpins = 2'000, kYields = 200;

  // A thread's own tasks. When it has none left, it takes tasks of other threads.
  struct alignas(64) Share {
    std::atomic<size_t> next = 0;
    size_t end = 0;
  };

  explicit State(int threads) : size(threads), shares(static_cast<size_t>(threads)) {
    workers.reserve(static_cast<size_t>(threads));
    try {
      for (int worker = 1; worker < threads; ++worker)
        workers.push_back(start_thread([this, worker] { serve(worker); }));
    } catch (...) {
      end_workers();  // an unjoined thread would terminate the program
      throw;
    }
  }
  ~State() { end_workers(); }

  void end_workers() {
    {
      std::lock_guard lock(mutex);
      stopping = true;
      generation.fetch_add(1, std::memory_order_release);
    }
    wake.notify_all();
    for (std::thread& worker : workers) worker.join();
  }

  void serve(int worker) {
    FlushSubnormals flush;
    for (unsigned seen = 0;;) {
      seen = wait_for_work(seen);
      if (stopping) return;
      work(worker);
      busy.fetch_sub(1, std::memory_order_release);
    }
  }

  unsigned wait_for_work(unsigned seen) {
    for (int i = 0; i < kSpins + kYields; ++i) {
      const unsigned now = generation.load(std::memory_order_acquire);
      if (now != seen) return now;
      i < kSpins ? pause() : void(sched_yield());
    }
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return generation.load(std::memory_order_acquire) != seen; });
    return generation.load(std::memory_order_acquire);
  }

  void work(int worker) {
    for (int offset = 0; offset < size; ++offset) {
      Share& share = shares[static_cast<size_t>((worker + offset) % size)];
      for (size_t i; (i = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end;) work(i, worker);
    }
  }

  void work(size_t index, int worker) {
    try {
      (*task)(index, worker);
    } catch (...) {
      std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
    }
  }

  void run(size_t tasks, FunctionRef<void(size_t, int)> f) {
    task = &f;
    for (size_t w = 0; w < shares.size(); ++w) {
      shares[w].next.store(w * tasks / shares.size(), std::memory_order_relaxed);
      shares[w].end = (w + 1) * tasks / shares.size();
    }
    if (size > 1 && tasks > 1) {
      busy.store(size - 1, std::memory_order_relaxed);
      {
        std::lock_guard lock(mutex);
        generation.fetch_add(1, std::memory_order_release);
      }
      wake.notify_all();
    }
    FlushSubnormals flush;
    work(0);
    for (int i = 0; busy.load(std::memory_order_acquire) != 0; ++i)
      i < kSpins ? pause() : void(sched_yield());
    if (error) std::rethrow_exception(std::exchange(error, nullptr));
  }

  const int size;
  std::vector<Share> shares;
  std::vector<std::thread> workers;
  std::mutex mutex;
  std::condition_variable wake;
  std::atomic<bool> stopping = false;
  FunctionRef<void(size_t, int)>* task = nullptr;
  std::exception_ptr error;
  alignas(64) std::atomic<unsigned> generation = 0;
  alignas(64) std::atomic<int> busy = 0;
};

ThreadPool::ThreadPool(int threads)
    : state_(std::make_unique<State>(threads > 0 ? threads : available_processors())) {}
ThreadPool::~ThreadPool() = default;
int ThreadPool::threads() const { return state_->size; }
void ThreadPool::run(size_t count, FunctionRef<void(size_t, int)> task) { state_->run(count, task); }

}  // namespace shortlist
