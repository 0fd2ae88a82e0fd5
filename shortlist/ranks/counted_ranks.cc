#include "shortlist/ranks/counted_ranks.h"

#include <chrono>

namespace shortlist {

void CountedRanks::exchange(std::span<const std::span<const std::byte>> send,
                            std::span<const std::span<std::byte>> received) {
  for (size_t r = 0; r < send.size(); ++r) {
    if (static_cast<int>(r) != rank()) bytes_ += static_cast<double>(send[r].size());
  }
  const auto begin = std::chrono::steady_clock::now();
  ranks_.exchange(send, received);
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace shortlist
