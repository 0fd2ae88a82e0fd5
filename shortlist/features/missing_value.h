// How kinds that yield ids treat a missing value.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "shortlist/base/fields.h"
#include "shortlist/features/cell.h"

namespace shortlist {

enum class MissingValue {
  oov,    // the first id for unseen values
  empty,  // no id: the embedding is zeros
  token,  // an id of its own, after all others
  error,  // a data error
};
template <>
struct EnumNames<MissingValue> {
  static constexpr std::pair<MissingValue, std::string_view> names[] = {{MissingValue::oov, "oov"},
                                                                        {MissingValue::empty, "empty"},
                                                                        {MissingValue::token, "token"},
                                                                        {MissingValue::error, "error"}};
};

inline constexpr std::string_view kMissingToken = "[missing]";

// Returns the id of a missing value, or -1 if it has none. `oov` and `token` are the ids for those choices.
inline int32_t missing_id(MissingValue missing, int32_t oov, int32_t token, size_t row) {
  switch (missing) {
    case MissingValue::oov:
      return oov;
    case MissingValue::token:
      return token;
    case MissingValue::empty:
      return -1;
    case MissingValue::error:
      break;
  }
  throw RowError(row, "the value is missing");
}

}  // namespace shortlist
