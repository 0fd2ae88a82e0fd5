#include "shortlist/ranks/communicator.h"

#include <cstdint>
#include <cstring>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

std::span<const std::byte> view(const uint64_t& number) { return std::as_bytes(std::span(&number, 1)); }
std::span<std::byte> view(uint64_t& number) { return std::as_writable_bytes(std::span(&number, 1)); }

}  // namespace

std::vector<ByteVector> Communicator::exchange(std::span<const ByteVector> send) {
  const auto ranks = static_cast<size_t>(size());
  SHORTLIST_CHECK(send.size() == ranks);
  std::vector<uint64_t> own(ranks), theirs(ranks);
  std::vector<std::span<const std::byte>> from;
  std::vector<std::span<std::byte>> to;
  for (size_t r = 0; r < ranks; ++r) {
    own[r] = send[r].size();
    from.push_back(view(std::as_const(own[r])));
    to.push_back(view(theirs[r]));
  }
  exchange(from, to);
  std::vector<ByteVector> received(ranks);
  for (size_t r = 0; r < ranks; ++r) {
    received[r].resize(theirs[r]);
    from[r] = send[r];
    to[r] = received[r];
  }
  exchange(from, to);
  return received;
}

std::vector<ByteVector> Communicator::all_gather(std::span<const std::byte> own) {
  return exchange(std::vector<ByteVector>(static_cast<size_t>(size()), ByteVector(own.begin(), own.end())));
}

void Communicator::all_gather(std::span<const std::byte> own,
                              std::span<const std::span<std::byte>> received) {
  exchange(std::vector<std::span<const std::byte>>(static_cast<size_t>(size()), own), received);
}

void Communicator::barrier() {
  const std::vector<std::span<const std::byte>> nothing(static_cast<size_t>(size()));
  const std::vector<std::span<std::byte>> none(static_cast<size_t>(size()));
  exchange(nothing, none);
}

void SingleRank::exchange(std::span<const std::span<const std::byte>> send,
                          std::span<const std::span<std::byte>> received) {
  SHORTLIST_CHECK(send.size() == 1 && received.size() == 1 && send[0].size() == received[0].size());
  if (!send[0].empty()) std::memcpy(received[0].data(), send[0].data(), send[0].size());
}

}  // namespace shortlist
