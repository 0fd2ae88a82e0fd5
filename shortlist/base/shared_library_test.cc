#include "shortlist/base/shared_library.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

constexpr const char* kVariable = "SHORTLIST_TEST_LIBRARY";

SharedLibrary open(std::vector<std::string> files) {
  return SharedLibrary({.name = "Maths",
                        .version = "maths 2 or newer",
                        .variable = kVariable,
                        .files = std::move(files),
                        .remedy = "Install it"});
}

template <typename Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(SharedLibrary, TakesTheFirstThatOpens) {
  double (*cosine)(double) = nullptr;
  open({"libnowhere.so", "libm.so.6", "libc.so.6"}).find("cos", cosine);
  EXPECT_EQ(cosine(0), 1);
}

TEST(SharedLibrary, SaysWhereItLookedAndWhyAFileDidNotOpen) {
  EXPECT_EQ(message_of([] {
              open({"libnowhere.so", "/nowhere/libm.so"});
            }),
            "Maths was not found. Looked for: libnowhere.so, /nowhere/libm.so. Install it");
  EXPECT_EQ(message_of([] { open({"/proc/self/comm"}); }),
            "Maths was not found. Looked for: /proc/self/comm (/proc/self/comm: file too short). "
            "Install it");
}

TEST(SharedLibrary, NamesTheVersionThatHasTheFunction) {
  double (*cosine)(double) = nullptr;
  EXPECT_EQ(message_of([&] { open({"libm.so.6"}).find("cosine_of_maths_2", cosine); }),
            "libm.so.6 has no cosine_of_maths_2: need maths 2 or newer");
}

TEST(SharedLibrary, TakesNoOtherThanTheOneInTheEnvironment) {
  setenv(kVariable, "/nowhere/own.so", 1);
  const std::string message = message_of([] { open({"libm.so.6"}); });
  unsetenv(kVariable);
  EXPECT_EQ(message, "Maths was not found. Looked for: /nowhere/own.so. Install it");
}

}  // namespace
}  // namespace shortlist
