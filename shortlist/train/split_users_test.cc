// Splits that look at users: whole users, and the rows within each user.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "shortlist/base/error.h"
#include "shortlist/base/random.h"
#include "shortlist/testing/temporary_folder.h"
#include "shortlist/train/split.h"

namespace shortlist {
namespace {

using Rows = std::vector<uint32_t>;

SplitConfig by(SplitBy way, double train, double validation, double test) {
  SplitConfig config;
  config.by = way;
  config.train = train, config.validation = validation, config.test = test;
  return config;
}

// A column of the given values. "" is missing.
CodedColumn column_of(const std::vector<std::string>& values) {
  CodedColumn column;
  column.name = "user";
  std::map<std::string, uint32_t> codes;
  for (size_t row = 0; row < values.size(); ++row) {
    const auto [at, fresh] = codes.emplace(values[row], static_cast<uint32_t>(codes.size()));
    column.codes.push_back(at->second);
    if (!fresh) continue;
    column.first_row.push_back(row);
    column.memory.push_back(values[row]);
    column.values.texts.push_back(column.memory.back());
    column.values.missing.push_back(values[row].empty());
  }
  column.values.rows = column.first_row.size();
  return column;
}

CodedColumn times_of(const std::vector<double>& times) {
  CodedColumn column;
  column.name = "at";
  column.values.type = ColumnType::time;
  column.values.numbers = times;
  column.values.rows = times.size();
  for (size_t row = 0; row < times.size(); ++row) {
    column.first_row.push_back(row);
    column.codes.push_back(static_cast<uint32_t>(row));
  }
  return column;
}

Rows sorted(Rows rows) {
  std::ranges::sort(rows);
  return rows;
}

TEST(SplitByLast, HoldsOutTheLastRowsOfEachUser) {
  const CodedColumn user = column_of({"a", "b", "a", "a", "b", "b"});
  const CodedColumn times = times_of({30, 1, 10, 20, 3, 2});
  const Split split = make_split(by(SplitBy::last, 0.8, 1, 1), 6, {.column = &times, .user = &user});
  EXPECT_EQ(split.train, (Rows{1, 2}));
  EXPECT_EQ(split.validation, (Rows{5, 3}));
  EXPECT_EQ(split.test, (Rows{4, 0}));
}

TEST(SplitByLast, KeepsTheOrderOfTheTableAtEqualTimesAndWithoutTimes) {
  const CodedColumn user = column_of({"a", "a", "a"});
  const CodedColumn times = times_of({5, 5, 5});
  const SplitConfig config = by(SplitBy::last, 0.8, 0, 1);
  EXPECT_EQ(make_split(config, 3, {.column = &times, .user = &user}).test, (Rows{2}));
  EXPECT_EQ(make_split(config, 3, {.user = &user}).test, (Rows{2}));
}

TEST(SplitByLast, KeepsATrainingRowOfUsersWithFewRows) {
  const CodedColumn user = column_of({"one", "two", "two", "three", "three", "three"});
  const Split split = make_split(by(SplitBy::last, 0.8, 2, 1), 6, {.user = &user});
  EXPECT_EQ(split.train, (Rows{0, 1, 3}));
  EXPECT_EQ(split.validation, (Rows{4}));  // the test row goes first
  EXPECT_EQ(split.test, (Rows{2, 5}));
}

TEST(SplitByLast, TrainsOnRowsWithoutAUser) {
  const CodedColumn user = column_of({"", "a", "", "a"});
  const Split split = make_split(by(SplitBy::last, 0.8, 0, 1), 4, {.user = &user});
  EXPECT_EQ(split.train, (Rows{0, 1, 2}));
  EXPECT_EQ(split.test, (Rows{3}));
}

TEST(SplitByLast, RoundsSharesOfEachUser) {
  const CodedColumn user = column_of({"a", "a", "a", "a", "b", "b"});
  const Split split = make_split(by(SplitBy::last, 0.75, 0, 0.25), 6, {.user = &user});
  EXPECT_EQ(split.test, (Rows{3, 5}));  // 4 * .25 = 1, and 2 * .25 rounds to 1
}

// Users of very different numbers of rows.
std::vector<std::string> many_users(size_t rows) {
  std::vector<std::string> users;
  const RandomStream random(5, "users");
  for (size_t row = 0; row < rows; ++row) {
    const double x = random.uniform(row);
    users.push_back(std::to_string(static_cast<int>(x * x * 40)));
  }
  return users;
}

// What a part has of each user, the slow way.
std::map<std::string, size_t> count(const Rows& rows, const std::vector<std::string>& users) {
  std::map<std::string, size_t> counts;
  for (uint32_t row : rows) ++counts[users[row]];
  return counts;
}

TEST(SplitStratified, HoldsOutTheSameNumbersAsTheLastRowsButRandomOnes) {
  const std::vector<std::string> users = many_users(500);
  const CodedColumn user = column_of(users);
  const Split last = make_split(by(SplitBy::last, 0.8, 0.1, 0.25), 500, {.user = &user});
  const SplitConfig config = by(SplitBy::stratified, 0.8, 0.1, 0.25);
  const Split random = make_split(config, 500, {.user = &user});
  EXPECT_EQ(count(random.test, users), count(last.test, users));
  EXPECT_EQ(count(random.validation, users), count(last.validation, users));
  EXPECT_NE(sorted(random.test), sorted(last.test));
  Rows all(500);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(sorted(random.rows("all")), all);
  EXPECT_EQ(make_split(config, 500, {.user = &user}).test, random.test);
  SplitConfig other = config;
  other.seed = 7;
  EXPECT_NE(make_split(other, 500, {.user = &user}).test, random.test);
}

TEST(SplitByUser, HoldsOutWholeUsers) {
  const std::vector<std::string> users = many_users(500);
  const CodedColumn user = column_of(users);
  const size_t distinct = std::set<std::string>(users.begin(), users.end()).size();
  const Split split = make_split(by(SplitBy::user, 0.5, 0.25, 0.25), 500, {.user = &user});
  size_t found = 0;
  std::set<std::string> seen;
  for (const Rows* part : {&split.train, &split.validation, &split.test}) {
    EXPECT_TRUE(std::ranges::is_sorted(*part));
    const auto of_part = count(*part, users);
    found += of_part.size();
    for (const auto& [name, rows] : of_part) {
      EXPECT_TRUE(seen.insert(name).second) << name;
      EXPECT_EQ(rows, static_cast<size_t>(std::ranges::count(users, name))) << name;
    }
  }
  EXPECT_EQ(count(split.train, users).size(), distinct / 2);
  EXPECT_EQ(found, distinct / 2 + 2 * (distinct / 4));
}

TEST(SplitByUser, TakesCountsOfUsersAndTrainsOnRowsWithoutOne) {
  const CodedColumn user = column_of({"", "a", "b", "a", "c"});
  const Split split = make_split(by(SplitBy::user, 2, 0, 0), 5, {.user = &user});
  EXPECT_EQ(split.train.front(), 0u);
  EXPECT_EQ(message_of([&] { make_split(by(SplitBy::user, 3, 0, 2), 5, {.user = &user}); }),
            "split: train 3 + validation 0 + test 2 need 5 users, but there are 3");
}

}  // namespace
}  // namespace shortlist
