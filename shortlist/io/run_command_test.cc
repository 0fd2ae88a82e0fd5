#include "shortlist/io/run_command.h"

#include <gtest/gtest.h>

#include <chrono>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

TEST(RunCommand, ReturnsTheExitCodeAndWhatWasWrittenToStandardError) {
  const CommandEnd end = run_command({"sh", "-c", "echo out; echo one >&2; echo two >&2; exit 7"}, 10);
  EXPECT_EQ(end.code, 7);
  EXPECT_FALSE(end.killed);
  EXPECT_EQ(end.message, "one\ntwo");
}

TEST(RunCommand, PassesWordsWithoutAShell) {
  EXPECT_EQ(run_command({"sh", "-c", "printf %s \"$1\" >&2", "sh", "a b; $(c)"}, 10).message, "a b; $(c)");
}

TEST(RunCommand, KillsAProgramThatTakesTooLong) {
  const auto begin = std::chrono::steady_clock::now();
  for (const char* script : {"sleep 60", "exec 2>&-; exec sleep 60"}) {
    const CommandEnd end = run_command({"sh", "-c", script}, 0.2);
    EXPECT_TRUE(end.killed) << script;
    EXPECT_EQ(end.code, 128 + 9) << script;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(RunCommand, SaysThatAProgramIsNotInstalled) {
  try {
    run_command({"shortlist-no-such-program"}, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "cannot run shortlist-no-such-program: it is not installed, or not in PATH");
    EXPECT_EQ(error.kind(), ErrorKind::failed);
  }
}

}  // namespace
}  // namespace shortlist
