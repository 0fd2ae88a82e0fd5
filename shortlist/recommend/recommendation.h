// A recommended item.
#pragma once

#include <cstdint>
#include <vector>

namespace shortlist {

struct Recommendation {
  uint32_t item = 0;               // position in the catalogue
  float score = 0;                 // query . candidate; 0 without a retrieval task
  std::vector<float> predictions;  // for each ranking task's label
};

}  // namespace shortlist
