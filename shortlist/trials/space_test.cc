#include "shortlist/trials/space.h"

#include <gtest/gtest.h>

#include <set>

#include "shortlist/base/fields.h"
#include "shortlist/io/toml.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

Space space_of(const char* text) { return read_space(parse_toml(text, "space.toml"), "space.toml"); }

double number_of(const Value& value) {
  const auto* whole = std::get_if<int64_t>(&value.data);
  return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value.data);
}

TEST(Space, ReadsNestedAndQuotedKeys) {
  const Space space = space_of(
      "\"training.optimizer.adam\" = { min = 0.001, max = 0.1, log = true }\n"
      "[training]\nbatch = [64, 128]\n"
      "[dropout]\nkeys = [\"query.layers.0.dropout\", \"items.layers.0.dropout\"]\nmin = 0\nmax = 0.5\n");
  ASSERT_EQ(space.settings.size(), 3);
  EXPECT_EQ(space.settings[0].name, "training.optimizer.adam");
  EXPECT_TRUE(space.settings[0].log);
  EXPECT_EQ(space.settings[1].name, "training.batch");
  EXPECT_EQ(space.settings[1].values.size(), 2);
  EXPECT_EQ(space.settings[2].keys.size(), 2);
}

TEST(Space, SamplesWithinTheRangesAsAFunctionOfSeedAndNumber) {
  const Space space = space_of(
      "rate = { min = 0.001, max = 0.1, log = true }\nwidth = { min = 2, max = 5, integer = true }\n"
      "loss = [\"a\", \"b\"]\n");
  std::set<double> widths;
  std::set<std::string> losses;
  int low = 0;
  for (uint64_t trial = 0; trial < 200; ++trial) {
    const std::vector<Value> values = space.sample(7, trial);
    EXPECT_EQ(to_toml(Value(Value::Array(values))), to_toml(Value(Value::Array(space.sample(7, trial)))));
    const double rate = number_of(values[0]);
    EXPECT_GE(rate, 0.001);
    EXPECT_LE(rate, 0.1);
    low += rate < 0.01;  // half of the range in the logarithm
    widths.insert(number_of(values[1]));
    losses.insert(*values[2].text());
  }
  EXPECT_EQ(widths, (std::set<double>{2, 3, 4, 5}));
  EXPECT_EQ(losses.size(), 2);
  EXPECT_NEAR(low, 100, 30);
  EXPECT_NE(to_toml(space.sample(7, 0)[0]), to_toml(space.sample(8, 0)[0]));
}

TEST(Space, SetsEveryKeyOfASetting) {
  const Space space = space_of("both = { keys = [\"a.x\", \"b.1.y\"], values = [3] }\n");
  Value root = parse_toml("b = [{ y = 1 }, { y = 2 }]\n", "c");
  set_values(space, space.sample(1, 0), root);
  EXPECT_EQ(to_toml(root), "{ b = [{ y = 1 }, { y = 3 }], a = { x = 3 } }");
}

TEST(Space, RejectsWhatIsNoRange) {
  const auto message = [](const char* text) { return message_of([&] { space_of(text); }); };
  EXPECT_EQ(message("a = { min = 1 }\n"), "space.toml:1: a: needs values = [...], or min and max");
  EXPECT_NE(message("a = { min = 2, max = 1 }\n").find("min 2 is above max 1"), std::string::npos);
  EXPECT_NE(message("a = { min = 0, max = 1, log = true }\n").find("log = true needs min above 0"),
            std::string::npos);
  EXPECT_NE(message("a = 3\n").find("need a list of values"), std::string::npos);
  EXPECT_NE(message("a = { min = 0, max = 1, lgo = true }\n").find("lgo"), std::string::npos);
  EXPECT_EQ(message("\n"), "space.toml: has no settings to search");
}

}  // namespace
}  // namespace shortlist
