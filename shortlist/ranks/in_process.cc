#include "shortlist/ranks/in_process.h"

#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// What all ranks have passed to the exchange that is running.
class Meeting {
 public:
  explicit Meeting(int ranks) : sends_(static_cast<size_t>(ranks)) {}

  size_t ranks() const { return sends_.size(); }

  void exchange(size_t rank, std::span<const std::span<const std::byte>> send,
                std::span<const std::span<std::byte>> received) {
    sends_[rank] = send;
    wait_for_all();
    for (size_t r = 0; r < sends_.size(); ++r) {
      const std::span<const std::byte> from = sends_[r][rank];
      SHORTLIST_CHECK(from.size() == received[r].size());
      if (!from.empty()) std::memcpy(received[r].data(), from.data(), from.size());
    }
    wait_for_all();
  }

  void fail(std::exception_ptr why) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(why);
    changed_.notify_all();
  }
  std::exception_ptr error() const { return error_; }

 private:
  void wait_for_all() {
    std::unique_lock lock(mutex_);
    const size_t own = round_;
    if (++waiting_ == sends_.size()) {
      waiting_ = 0;
      ++round_;
      changed_.notify_all();
    }
    changed_.wait(lock, [&] { return round_ != own || error_; });
    if (round_ == own) throw failed("another rank has ended");
  }

  std::vector<std::span<const std::span<const std::byte>>> sends_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t waiting_ = 0, round_ = 0;
  std::exception_ptr error_;
};

class InProcessRank final : public Communicator {
 public:
  InProcessRank(Meeting& meeting, size_t rank) : meeting_(meeting), rank_(rank) {}
  int rank() const override { return static_cast<int>(rank_); }
  int size() const override { return static_cast<int>(meeting_.ranks()); }
  void exchange(std::span<const std::span<const std::byte>> send,
                std::span<const std::span<std::byte>> received) override {
    meeting_.exchange(rank_, send, received);
  }

 private:
  Meeting& meeting_;
  const size_t rank_;
};

}  // namespace

void run_in_process(int ranks, const std::function<void(Communicator&)>& run) {
  Meeting meeting(ranks);
  std::vector<std::thread> threads;
  for (size_t r = 0; r < meeting.ranks(); ++r) {
    threads.emplace_back([&, r] {
      try {
        InProcessRank own(meeting, r);
        run(own);
      } catch (...) {
        meeting.fail(std::current_exception());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (meeting.error()) std::rethrow_exception(meeting.error());
}

}  // namespace shortlist
