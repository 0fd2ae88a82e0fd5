// The candidates of all parts of a batch, to which the losses of each part compare.
#pragma once

#include <span>
#include <vector>

#include "shortlist/losses/loss.h"
#include "shortlist/ranks/communicator.h"

namespace shortlist {

// What one part knows of its candidates, without their embeddings.
struct PartCandidates {
  std::span<const float> multiplicity, log_share;  // log_share may be empty
  std::span<const uint32_t> item;                  // may be empty
  std::span<const uint32_t> catalogue;             // where this part has its share of all items; see Batcher
};

class WholeCandidates {
 public:
  explicit WholeCandidates(size_t parts) : first_(parts + 1, 0) {}

  // Gathers the candidates of all parts; own[i] is this rank's part number i.
  void gather(Communicator& ranks, std::span<const PartCandidates> own);
  // Gathers their embeddings for a task, [V of the part, D] each.
  void gather_embeddings(Communicator& ranks, std::span<const ConstMatrix> own);

  size_t parts() const { return first_.size() - 1; }
  size_t size() const { return first_.back(); }
  // The candidates of a part are first(part) to first(part + 1) - 1.
  size_t first(size_t part) const { return first_[part]; }
  ConstMatrix embeddings() const { return embeddings_.view(size(), width_); }
  // All parts' lists, one after the other.
  PartCandidates lists() const { return {multiplicity_, log_share_, item_, catalogue_}; }

 private:
  std::vector<size_t> first_;
  std::vector<float> multiplicity_, log_share_;
  std::vector<uint32_t> item_, catalogue_;
  size_t width_ = 0;
  Buffer embeddings_;
};

}  // namespace shortlist
