#include "shortlist/learners/sparse_tensors.h"

#include <gtest/gtest.h>

#include "shortlist/testing/small_table.h"
#include "shortlist/testing/sparse_matrices.h"

namespace shortlist {
namespace {

using testing::random_users;

TEST(SparseTensors, AreReadAsTheyWereWritten) {
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
  broken.offsets[1] = ~uint64_t{0};
  EXPECT_EQ(error(broken, 9, 5), "tensor 'm_offsets': need ascending numbers from 0");
  broken = users;
  broken.columns.front() = ~uint32_t{0};  // -1 in the file
  EXPECT_EQ(error(broken, 9, 5), "tensor 'm_columns': row 0 needs ascending numbers below 5");
  broken = users;
  broken.offsets.back() = ~uint64_t{0};
  EXPECT_NE(error(broken, 9, 5), "");
}

}  // namespace
}  // namespace shortlist
