#include "shortlist/learners/sparse_matrix.h"

#include <gtest/gtest.h>

#include "shortlist/testing/small_table.h"
#include "shortlist/testing/user_items.h"

namespace shortlist {
namespace {

using testing::dense;
using testing::random_users;

// Users 0 and 1; user 0 takes item 2 twice.
Dataset shop() {
  Dataset data{.rows = 5};
  data.items.ids = {"a", "b", "c"};
  data.users = {"x", "y"};
  data.user_of_row = {0, 1, 0, 0, 0xffffffff};
  data.candidate_of_row = {2, 1, 2, 0, 0};
  data.item_of_candidate = {0, 1, 2};
  data.split.train = {4, 3, 2, 1, 0};
  return data;
}

using Rows = std::vector<std::vector<double>>;

TEST(UserItems, HaveEachItemOfAUserOnce) {
  const SparseMatrix users = user_items(shop(), EntryValue::one);
  EXPECT_EQ(dense(users), (Rows{{1, 0, 1}, {0, 1, 0}}));
  EXPECT_EQ(users.columns, (std::vector<int32_t>{0, 2, 1}));
  EXPECT_EQ(users.at(0, 2), 1);
  EXPECT_EQ(users.at(0, 1), 0);
}

TEST(UserItems, AddUpWeightsAndKeepTheLastLabel) {
  Dataset data = shop();
  data.weights = {2, 1, 3, 0, 1};
  data.labels = {{"rating", {4, 5, 2, 1, 1}, {1}}};
  EXPECT_EQ(dense(user_items(data, EntryValue::weights)), (Rows{{0, 0, 5}, {0, 1, 0}}));
  EXPECT_EQ(dense(user_items(data, EntryValue::label)), (Rows{{1, 0, 2}, {0, 0, 0}}));
  data.positive_weights = {0, 1, 1, 1, 1};
  EXPECT_EQ(dense(user_items(data, EntryValue::weights)), (Rows{{1, 0, 1}, {0, 1, 0}}));
}

TEST(SparseMatrix, TransposedTwiceIsTheSame) {
  const SparseMatrix users = random_users(30, 17, 3, true);
  const SparseMatrix items = users.transposed();
  EXPECT_EQ(items.rows(), 17u);
  const auto a = dense(users), b = dense(items);
  for (size_t u = 0; u < 30; ++u)
    for (size_t i = 0; i < 17; ++i) EXPECT_EQ(a[u][i], b[i][u]);
  EXPECT_TRUE(testing::same_bits(items.transposed(), users));
}

TEST(SparseMatrix, IsReadAsItWasWritten) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.safetensors";
  SparseMatrix users = random_users(9, 5, 4, true);
  const auto error = [&](const SparseMatrix& written, size_t rows, size_t cols) {
    write_safetensors(path, sparse_tensors("m", written));
    try {
      const SparseMatrix read = read_sparse(SafetensorsFile::open(path), "m", rows, cols);
      return std::string(testing::same_bits(read, written) ? "" : "different");
    } catch (const Error& e) {
      return std::string(e.what());
    }
  };
  EXPECT_EQ(error(users, 9, 5), "");
  EXPECT_NE(error(users, 8, 5), "");
  EXPECT_NE(error(users, 9, 4), "");
  SparseMatrix broken = users;
  std::swap(broken.columns[0], broken.columns[1]);
  EXPECT_EQ(error(broken, 9, 5), "tensor 'm_columns': row 0 needs ascending numbers below 5");
  broken = users;
  broken.values[2] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(error(broken, 9, 5), "tensor 'm_values' has a value that is not finite");
  broken = users;
  broken.offsets[1] = -1;
  EXPECT_EQ(error(broken, 9, 5), "tensor 'm_offsets': need ascending numbers from 0");
}

}  // namespace
}  // namespace shortlist
