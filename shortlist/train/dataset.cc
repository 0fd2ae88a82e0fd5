#include "shortlist/train/dataset.h"

#include "shortlist/base/error.h"

namespace shortlist {

const std::vector<float>& values_of(std::span<const LabelColumn> labels, std::string_view name) {
  const auto found = std::ranges::find(labels, name, &LabelColumn::name);
  SHORTLIST_CHECK(found != labels.end());
  return found->values;
}

}  // namespace shortlist
