#include "shortlist/base/error.h"

#include <cstdio>
#include <cstdlib>

namespace shortlist {

void check_failed(const char* condition, const char* file, int line) {
  fmt::print(stderr, "{}:{}: check failed: {}\n", file, line, condition);
  std::abort();
}

}  // namespace shortlist
