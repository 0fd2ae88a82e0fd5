// A communicator that counts what it sends, for profiles.
#pragma once

#include "shortlist/ranks/communicator.h"

namespace shortlist {

class CountedRanks final : public Communicator {
 public:
  // `ranks` must outlive it.
  explicit CountedRanks(Communicator& ranks) : ranks_(ranks) {}

  int rank() const override { return ranks_.rank(); }
  int size() const override { return ranks_.size(); }
  void exchange(std::span<const std::span<const std::byte>> send,
                std::span<const std::span<std::byte>> received) override;
  using Communicator::exchange;

  void start() { bytes_ = seconds_ = 0; }
  double bytes() const { return bytes_; }      // sent to other ranks
  double seconds() const { return seconds_; }  // in exchanges

 private:
  Communicator& ranks_;
  double bytes_ = 0, seconds_ = 0;
};

}  // namespace shortlist
