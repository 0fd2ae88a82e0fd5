#include "shortlist/init/telling_columns.h"

#include <gtest/gtest.h>

#include "shortlist/table/table_files.h"

namespace shortlist {
namespace {

TEST(TellingColumns, CountsRowsWhoseValueComesWithOneItem) {
  // Value 0 has item 7 in both rows, value 1 has two items, value 2 occurs once and shows nothing.
  EXPECT_EQ(telling_share({0, 0, 1, 1, 2}, {7, 7, 7, 8, 9}), 0.5);
  EXPECT_EQ(telling_share({0, 1, 2}, {7, 7, 7}), 0);
  EXPECT_EQ(telling_share({}, {}), 0);
}

TEST(TellingColumns, ReadsThemFromATable) {
  FileFolder folder;
  const Table table =
      Table::open({.path = folder.write("t.csv", "user,item,shelf\nu,a,1\nu,a,1\nu,b,2\nv,b,2\n")});
  EXPECT_EQ(telling_shares(table, "item", {"user", "shelf"}), (std::vector<double>{0, 1}));
  EXPECT_EQ(repeated_share(table, "user", "item"), 0.25);
}

}  // namespace
}  // namespace shortlist
