#include "shortlist/math/vector_target.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "shortlist/base/error.h"
#include "shortlist/testing/reference.h"

namespace shortlist {
namespace {

TEST(VectorTarget, IsTheBestOfThoseThatCanBeHad) {
  const std::vector<std::string> targets = vector_targets();
  ASSERT_FALSE(targets.empty());
  EXPECT_EQ(vector_target(), targets.front());
  size_t tested = 0;
  reference::for_each_target([&](const std::string& name, bool) { EXPECT_EQ(name, targets[tested++]); });
  EXPECT_EQ(tested, targets.size());
}

TEST(VectorTarget, NamesThoseThatCanBeHadWhereOneCannot) {
  std::string message;
  try {
    force_vector_target("AVX9");
  } catch (const Error& error) {
    message = error.message();
  }
  EXPECT_EQ(
      message,
      fmt::format("the vector target 'AVX9' is unknown or not supported here; this processor can run {}",
                  fmt::join(vector_targets(), ", ")));
}

}  // namespace
}  // namespace shortlist
