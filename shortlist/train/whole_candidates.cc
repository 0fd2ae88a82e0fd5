#include "shortlist/train/whole_candidates.h"

#include <algorithm>
#include <array>

#include "shortlist/base/error.h"
#include "shortlist/ranks/byte_lists.h"
#include "shortlist/ranks/part_tree.h"

namespace shortlist {
namespace {

// Adds `count` numbers from the front of `from`.
template <typename T>
void take(std::span<const std::byte>& from, size_t count, std::vector<T>& to) {
  SHORTLIST_CHECK(count * sizeof(T) <= from.size());
  to.resize(to.size() + count);
  take_list(from, std::span(to).last(count));
}

using Counts = std::array<uint64_t, 4>;  // of the lists of a part

Counts counts_of(const PartCandidates& part) {
  return {part.multiplicity.size(), part.log_share.size(), part.item.size(), part.catalogue.size()};
}

}  // namespace

void WholeCandidates::gather(Communicator& ranks, std::span<const PartCandidates> own) {
  ByteVector bytes;
  for (const PartCandidates& part : own) {
    append_list(std::span<const uint64_t>(counts_of(part)), bytes);
    append_list(part.multiplicity, bytes);
    append_list(part.log_share, bytes);
    append_list(part.item, bytes);
    append_list(part.catalogue, bytes);
  }
  multiplicity_.clear();
  log_share_.clear();
  item_.clear();
  catalogue_.clear();
  size_t part = 0;
  for (const ByteVector& received : ranks.all_gather(bytes)) {
    for (std::span<const std::byte> left(received); !left.empty(); ++part) {
      std::vector<uint64_t> counts;
      take(left, Counts().size(), counts);
      take(left, counts[0], multiplicity_);
      take(left, counts[1], log_share_);
      take(left, counts[2], item_);
      const size_t before = catalogue_.size();
      take(left, counts[3], catalogue_);
      for (size_t i = before; i < catalogue_.size(); ++i)
        catalogue_[i] += static_cast<uint32_t>(first_[part]);
      first_[part + 1] = first_[part] + counts[0];
    }
  }
  SHORTLIST_CHECK(part == parts());
}

void WholeCandidates::gather_embeddings(Communicator& ranks, std::span<const ConstMatrix> own) {
  width_ = own[0].cols;
  embeddings_.reserve(size() * width_);
  const auto of_parts = [&](PartRange range) {
    float* begin = embeddings_.data() + first_[range.first] * width_;
    return std::span(begin, (first_[range.end] - first_[range.first]) * width_);
  };
  const PartRange mine = parts_of_rank(parts(), ranks.rank(), ranks.size());
  for (size_t p = 0; p < own.size(); ++p) {
    float* to = of_parts({mine.first + p, mine.first + p + 1}).data();
    for (size_t r = 0; r < own[p].rows; ++r, to += width_) std::copy_n(own[p].row(r), width_, to);
  }
  if (ranks.size() == 1) return;
  const std::span<float> sent = of_parts(mine);
  const std::vector<float> copy(sent.begin(), sent.end());
  std::vector<std::span<std::byte>> received;
  for (int r = 0; r < ranks.size(); ++r)
    received.push_back(std::as_writable_bytes(of_parts(parts_of_rank(parts(), r, ranks.size()))));
  ranks.all_gather(std::as_bytes(std::span(copy)), received);
}

}  // namespace shortlist
