#include "shortlist/init/determined_shares.h"

#include <gtest/gtest.h>

#include "shortlist/table/table_files.h"

namespace shortlist {
namespace {

double share_of(const std::string& path, const DeterminedColumn& column) {
  return determined_shares(Table::open({.path = path}), "item", {column}).at(0);
}

TEST(DeterminedShares, ComparesTheValuesOfATextAsASet) {
  FileFolder folder;
  const std::string path = folder.write("t.csv", "item,tags\na,x|y\na,y|x\nb,x\nb,x|x\n");
  EXPECT_EQ(share_of(path, {"tags", "|"}), 1);
  EXPECT_EQ(share_of(path, {"tags", ""}), 0);
}

TEST(DeterminedShares, ComparesListsAsSets) {
  FileFolder folder;
  const std::string path =
      folder.write("t.jsonl",
                   "{\"item\": 1, \"tags\": [\"x\", \"y\"]}\n{\"item\": 1, \"tags\": [\"y\", \"x\"]}\n"
                   "{\"item\": 2, \"tags\": [\"x\"]}\n{\"item\": 2, \"tags\": [\"y\"]}\n");
  EXPECT_EQ(share_of(path, {"tags", ""}), 0.5);
}

}  // namespace
}  // namespace shortlist
