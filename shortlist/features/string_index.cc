#include "shortlist/features/string_index.h"

#include <limits>

#include "shortlist/base/error.h"
#include "shortlist/features/fingerprint.h"

namespace shortlist {

// The slot that contains `text`, or the free slot for it.
size_t StringIndex::slot_of(std::string_view text, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  const auto tag = static_cast<uint32_t>(hash >> 32);
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.number < 0) return at;
    if (slot.tag == tag && (*this)[static_cast<size_t>(slot.number)] == text) return at;
  }
}

int32_t StringIndex::find(std::string_view text) const {
  return slots_.empty() ? -1 : slots_[slot_of(text, fingerprint64(text))].number;
}

int32_t StringIndex::insert(std::string_view text) {
  if (2 * (size() + 1) > slots_.size()) grow();
  const uint64_t hash = fingerprint64(text);
  Slot& slot = slots_[slot_of(text, hash)];
  if (slot.number >= 0) return slot.number;
  if (size() == std::numeric_limits<int32_t>::max()) throw data_error("more than 2^31 - 1 distinct values");
  slot = {static_cast<int32_t>(size()), static_cast<uint32_t>(hash >> 32)};
  bytes_ += text;
  ends_.push_back(bytes_.size());
  return slot.number;
}

void StringIndex::grow() {
  slots_.assign(slots_.empty() ? 16 : 2 * slots_.size(), Slot());
  for (size_t number = 0; number < size(); ++number) {
    const uint64_t hash = fingerprint64((*this)[number]);
    slots_[slot_of((*this)[number], hash)] = {static_cast<int32_t>(number),
                                              static_cast<uint32_t>(hash >> 32)};
  }
}

}  // namespace shortlist
