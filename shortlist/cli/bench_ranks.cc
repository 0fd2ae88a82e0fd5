// Measures how fast ranks exchange bytes and sum.
#include <algorithm>
#include <chrono>

#include "shortlist/base/random.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/words.h"
#include "shortlist/ranks/ordered_sum.h"

namespace shortlist {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kParts = 8;

// Seconds of one call, from the median of the rounds. All ranks begin each round together.
template <typename Call>
double seconds_of(Communicator& ranks, int rounds, const Call& call) {
  std::vector<double> seconds;
  for (int i = 0; i < rounds; ++i) {
    ranks.barrier();
    const auto start = Clock::now();
    call();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  std::ranges::nth_element(seconds, seconds.begin() + rounds / 2);
  return seconds[static_cast<size_t>(rounds) / 2];
}

// Each rank sends `bytes` to each other rank.
double exchange_seconds(Communicator& ranks, size_t bytes, int rounds) {
  const ByteVector own(bytes);
  std::vector<ByteVector> memory(static_cast<size_t>(ranks.size()), ByteVector(bytes));
  const std::vector<std::span<std::byte>> received(memory.begin(), memory.end());
  return seconds_of(ranks, rounds, [&] { ranks.all_gather(own, received); });
}

// The sum over eight parts of arrays of that many bytes.
double sum_seconds(Communicator& ranks, size_t bytes, int rounds) {
  std::vector<std::vector<float>> memory(parts_of_rank(kParts, ranks.rank(), ranks.size()).size(),
                                         std::vector<float>(std::max<size_t>(1, bytes / sizeof(float))));
  const std::vector<std::span<float>> parts(memory.begin(), memory.end());
  return seconds_of(ranks, rounds,
                    [&] { sum_in_order(ranks, kParts, std::span<const std::span<float>>(parts)); });
}

}  // namespace

void run(const BenchRanksCommand& command) {
  run_ranked(command.ranks, [&](Communicator& ranks) {
    if (static_cast<size_t>(ranks.size()) > kParts)
      throw usage_error("bench ranks: got {} ranks, need at most {}", ranks.size(), kParts);
    const bool prints = ranks.rank() == 0;
    if (prints)
      print_data(fmt::format("{} {}\n{:>12} {:>14} {:>10} {:>18}\n", ranks.size(),
                             ranks.size() == 1 ? "rank" : "ranks", "bytes", "exchange (us)", "GB/s",
                             "ordered sum (us)"));
    for (size_t bytes = 8; bytes <= size_t{64} << 20; bytes *= 8) {
      const int usual = static_cast<int>(std::clamp<size_t>((size_t{256} << 20) / bytes, 5, 100));
      const int rounds = command.rounds > 0 ? command.rounds : usual;
      const double exchange = exchange_seconds(ranks, bytes, rounds), sum = sum_seconds(ranks, bytes, rounds);
      // What one rank sends to the others.
      const double sent = static_cast<double>(bytes) * (ranks.size() - 1);
      if (prints)
        print_data(fmt::format("{:>12} {:>14.1f} {:>10.2f} {:>18.1f}\n", bytes, exchange * 1e6,
                               sent / exchange / 1e9, sum * 1e6));
    }
  });
}

}  // namespace shortlist
