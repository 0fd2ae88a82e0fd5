// What a missing value of a kind that yields ids means.
#pragma once

#include <string_view>
#include <utility>

#include "shortlist/base/fields.h"

namespace shortlist {

enum class MissingValue {
  oov,    // the first id for unseen values
  empty,  // no id: its embedding is zeros
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

}  // namespace shortlist
