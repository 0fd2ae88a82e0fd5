#include "shortlist/math/sparse_matrix.h"

#include <gtest/gtest.h>

#include "shortlist/testing/sparse_matrices.h"

namespace shortlist {
namespace {

using testing::dense;
using testing::random_users;

TEST(SparseMatrix, HasTheEntriesOfAddedRows) {
  SparseMatrix matrix{.cols = 4};
  matrix.add_row(std::vector<Scored>{{1, 0.5f}, {3, 2}});
  matrix.add_row({});
  EXPECT_EQ(matrix.rows(), 2u);
  EXPECT_EQ(matrix.at(0, 3), 2);
  EXPECT_EQ(matrix.at(0, 2), 0);
  EXPECT_EQ(matrix.at(1, 3), 0);
  EXPECT_EQ(matrix.view().size_of(0), 2u);
  EXPECT_EQ(matrix.view().size_of(1), 0u);
}

TEST(SparseMatrix, WithoutRowsHasATranspose) {
  const SparseMatrix matrix = transpose(SparseMatrix{.cols = 3}.view());
  EXPECT_EQ(matrix.rows(), 3u);
  EXPECT_EQ(matrix.cols, 0u);
  EXPECT_EQ(matrix.view().entries(), 0u);
}

TEST(SparseMatrix, TransposedTwiceIsTheSame) {
  const SparseMatrix users = random_users(30, 17, 3, true);
  const SparseMatrix items = transpose(users.view());
  EXPECT_EQ(items.rows(), 17u);
  const auto a = dense(users), b = dense(items);
  for (size_t u = 0; u < 30; ++u)
    for (size_t i = 0; i < 17; ++i) EXPECT_EQ(a[u][i], b[i][u]);
  EXPECT_TRUE(testing::same_bits(transpose(items.view()), users));
}

}  // namespace
}  // namespace shortlist
