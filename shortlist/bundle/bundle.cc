#include "shortlist/bundle/bundle.h"

namespace shortlist {

const Towers& Bundle::need_towers(std::string_view what) const {
  if (towers != nullptr) return *towers;
  throw usage_error("{} needs a model with towers, but this one is of kind \"{}\"", what, spec.kind);
}

ConstMatrix Bundle::item_vectors() const {
  const ConstMatrix vectors = retriever->item_vectors();
  return vectors.rows > 0 || towers == nullptr ? vectors : towers->item_vectors();
}

ConstMatrix Bundle::need_item_vectors(std::string_view what) const {
  const ConstMatrix vectors = item_vectors();
  if (vectors.rows > 0) return vectors;
  throw usage_error("{} needs item vectors, but a model of kind \"{}\" has none", what, spec.kind);
}

}  // namespace shortlist
