// Ranks are the processes (in tests, threads) that work on one job together. A Communicator carries bytes
// between them. It has one primitive; sums and gathers are written once over it (ordered_sum.h), so they
// have the same bits over every implementation.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace shortlist {

using ByteVector = std::vector<std::byte>;

class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  // The number of ranks.
  virtual int size() const = 0;

  // Sends send[r] to each rank r and fills received[r] with what rank r sent to this one. Both have one entry
  // per rank, including the own. All ranks must call it, in the same order, with matching sizes. Throws
  // Error(failed) with the name of the rank that does not answer, and why it ended if that is known.
  virtual void exchange(std::span<const std::span<const std::byte>> send,
                        std::span<const std::span<std::byte>> received) = 0;

  // The same for sizes that the receiver does not know. Takes one more exchange, of the sizes.
  std::vector<ByteVector> exchange(std::span<const ByteVector> send);

  // What each rank passed, in the order of ranks.
  std::vector<ByteVector> all_gather(std::span<const std::byte> own);
  // The same for sizes that are known: received[r] is filled with what rank r passed.
  void all_gather(std::span<const std::byte> own, std::span<const std::span<std::byte>> received);

  // Returns when all ranks have called it.
  void barrier();
};

// The communicator of a job with one rank.
class SingleRank final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void exchange(std::span<const std::span<const std::byte>> send,
                std::span<const std::span<std::byte>> received) override;
  using Communicator::exchange;
};

template <typename T>
std::span<const std::byte> bytes_of(std::span<const T> values) {
  return std::as_bytes(values);
}

}  // namespace shortlist
