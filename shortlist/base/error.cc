#include "shortlist/base/error.h"

namespace shortlist {

void check_failed(const char* condition, const char* file, int line) {
  throw CheckFailed(fmt::format("{}:{}: check failed: {}", file, line, condition));
}

}  // namespace shortlist
