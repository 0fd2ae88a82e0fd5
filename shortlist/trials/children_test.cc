#include "shortlist/trials/children.h"

#include <gtest/gtest.h>

#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

const std::atomic<bool> go_on = false;

TEST(Children, AreMeasuredAndTheirLinesRead) {
  const TemporaryFolder folder;
  std::vector<std::string> lines(3);
  std::vector<ChildEnd> ends(3);
  run_children(
      "/bin/sh", 3, 2,
      [&](size_t i) {
        return ChildJob{{"-c", "echo line $0; echo 'shortlist: it failed' >&2; exit $0", std::to_string(i)},
                        folder / ("log" + std::to_string(i)),
                        [&lines, i](std::string_view line) {
                          lines[i] = line;
                          return true;
                        }};
      },
      [&](size_t i, const ChildEnd& end) { ends[i] = end; }, go_on);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(lines[i], "line " + std::to_string(i));
    EXPECT_EQ(ends[i].code, i);
    EXPECT_EQ(ends[i].message, i == 0 ? "" : "it failed");
    EXPECT_FALSE(ends[i].cut);
    EXPECT_GT(ends[i].seconds, 0);
  }
}

TEST(Children, EndOnceTheirLineIsRefused) {
  const TemporaryFolder folder;
  ChildEnd end;
  run_children(
      "/bin/sh", 1, 1,
      [&](size_t) {
        return ChildJob{
            {"-c", "echo one; exec sleep 60"}, folder / "log", [](std::string_view) { return false; }};
      },
      [&](size_t, const ChildEnd& of) { end = of; }, go_on);
  EXPECT_TRUE(end.cut);
  EXPECT_EQ(end.code, 128 + 15);
  EXPECT_LT(end.seconds, 30);
}

TEST(Children, AreNotStartedOnceStopped) {
  const TemporaryFolder folder;
  std::atomic<bool> stop = false;
  size_t ended = 0;
  run_children(
      "/bin/sh", 5, 1,
      [&](size_t) {
        return ChildJob{{"-c", "exit 0"}, folder / "log"};
      },
      [&](size_t, const ChildEnd&) {
        ++ended;
        stop = true;
      },
      stop);
  EXPECT_EQ(ended, 1);
}

}  // namespace
}  // namespace shortlist
