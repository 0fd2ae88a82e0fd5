// The rows of the slots of a batch's pairs.
#pragma once

#include <vector>

#include "shortlist/model/batch.h"
#include "shortlist/model/spec.h"

namespace shortlist {

class SlotRows {
 public:
  // The spec must outlive it.
  explicit SlotRows(const ModelSpec& spec) : spec_(spec), rows_(spec.slots.size()) {}

  // Adds the slots of all pairs to a batch that has pair rows. They are valid until the next call.
  void add_to(Batch& batch);

 private:
  struct Rows {
    std::vector<uint32_t> source, offsets, copies;
  };
  const ModelSpec& spec_;
  std::vector<Rows> rows_;  // for each of spec_.slots
};

}  // namespace shortlist
