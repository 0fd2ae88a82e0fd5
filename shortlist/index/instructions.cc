#include "shortlist/index/instructions.h"

#include "shortlist/index/int8_kernels.h"
#include "shortlist/math/tiles.h"
#include "shortlist/math/vector_target.h"

namespace shortlist {

std::string instructions_in_use() {
  std::string names = vector_target();
  if (use_vnni()) names += ", VNNI";
  if (bf16_unit() == Bf16Unit::tiles) names += ", bfloat16 tiles";
  if (bf16_unit() == Bf16Unit::pairs) names += ", bfloat16 pairs";
  return names;
}

}  // namespace shortlist
