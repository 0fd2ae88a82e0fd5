#include "shortlist/io/npy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "shortlist/io/file.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

std::string npy(const std::string& dict, const std::string& data, char version = 1) {
  std::string text = std::string("\x93NUMPY") + version + '\0' + char(dict.size()) + '\0';
  if (version > 1) text += std::string(2, '\0');
  return text + dict + data;
}

// The error message of `read` for a file x with these bytes.
template <typename Read>
std::string complaint(const std::string& bytes, const Read& read) {
  static const TemporaryFolder folder;
  const std::string path = folder / "x";
  OutputFile(path).write(bytes);
  const std::string message = message_of([&] { read(path); });
  return message.starts_with(path) ? "x" + message.substr(path.size()) : message;
}

std::string bad_integers(const std::string& bytes) { return complaint(bytes, read_npy_integers); }
std::string bad_floats(const std::string& bytes) { return complaint(bytes, read_npy_floats); }

TEST(Npy, WritesTheBytesThatNumpyWrites) {
  const TemporaryFolder folder;
  write_npy(folder / "x", std::vector<int32_t>{1, -1});
  const std::string dict = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }";
  EXPECT_EQ(read_file(folder / "x"), std::string("\x93NUMPY\x01\0v\0", 10) + dict + std::string(60, ' ') +
                                         "\n" + std::string("\x01\0\0\0\xff\xff\xff\xff", 8));
}

TEST(Npy, ReadsBackWhatWasWritten) {
  const TemporaryFolder folder;
  write_npy(folder / "i4", std::vector<int32_t>{1, -2});
  write_npy(folder / "i8", std::vector<int64_t>{1, int64_t{1} << 40});
  write_npy(folder / "f4", std::vector<float>{0.5F});
  write_npy(folder / "table", std::vector<float>{1, 2, 3, 4, 5, 6}, 2, 3);
  write_npy(folder / "empty", std::vector<int64_t>{});
  EXPECT_EQ(read_npy_integers(folder / "i4"), (std::vector<int64_t>{1, -2}));
  EXPECT_EQ(read_npy_integers(folder / "i8"), (std::vector<int64_t>{1, int64_t{1} << 40}));
  EXPECT_TRUE(read_npy_integers(folder / "empty").empty());
  EXPECT_EQ(read_npy_floats(folder / "f4").cols, 1u);
  const NpyFloats table = read_npy_floats(folder / "table");
  EXPECT_EQ(table.rows, 2u);
  EXPECT_EQ(table.cols, 3u);
  EXPECT_EQ(table.values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(Npy, ReadsOtherSpellingsAndVersions) {
  const std::string data("\x05\0\0\0", 4);
  EXPECT_EQ(bad_integers(npy("{\"shape\":(1,),\"descr\":\"<i4\",\"fortran_order\":True}", data)), "");
  EXPECT_EQ(bad_integers(npy("{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}\n", data, 2)), "");
  EXPECT_EQ(bad_integers(npy("{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}\n", data, 4)),
            "x: npy version 4, need 1, 2 or 3");
}

TEST(Npy, SaysWhatItGotAndNeeds) {
  const auto dict = [](const std::string& descr, const std::string& shape,
                       const std::string& order = "False") {
    return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': (" + shape + "), }";
  };
  EXPECT_EQ(bad_integers(npy(dict("<f4", "1,"), "1234")),
            "x: got '<f4' of shape (1), need a list of '<i4' or '<i8'");
  EXPECT_EQ(bad_integers(npy(dict(">i4", "1,"), "1234")),
            "x: got '>i4' of shape (1), need a list of '<i4' or '<i8'");
  EXPECT_EQ(bad_integers(npy(dict("<i4", "1, 1"), "1234")),
            "x: got '<i4' of shape (1, 1), need a list of '<i4' or '<i8'");
  EXPECT_EQ(bad_floats(npy(dict("<f4", "1, 1", "True"), "1234")),
            "x: got '<f4' of shape (1, 1) in Fortran order, need a list or a table of '<f4' in C order");
  EXPECT_EQ(bad_floats(npy(dict("<f4", ""), "1234")),
            "x: got '<f4' of shape (), need a list or a table of '<f4' in C order");
  EXPECT_EQ(bad_integers(npy(dict("<i4", "2,"), "1234567")),
            "x: '<i4' of shape (2) does not fit 7 bytes of data");
  EXPECT_EQ(bad_floats(npy(dict("<f4", "4611686018427387905, 1"), "1234")),
            "x: '<f4' of shape (4611686018427387905, 1) does not fit 4 bytes of data");
}

TEST(Npy, RefusesWhatIsNoNpyFile) {
  EXPECT_EQ(bad_integers(""), "x: not an npy file");
  EXPECT_EQ(bad_integers("PK\x03\x04 something else"), "x: not an npy file");
  EXPECT_EQ(bad_integers(npy(std::string(50, ' '), "").substr(0, 30)), "x: truncated within its npy header");
  EXPECT_EQ(bad_integers(npy("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,), }", "")),
            "x: got a table of records, need plain numbers");
  for (const char* dict : {"", "{", "{}", "{'descr'}", "{'descr': '<i4'}", "{'descr': '<i4', 'shape': (1,)}",
                           "{'descr': '<i4', 'fortran_order': maybe, 'shape': (1,)}",
                           "{'descr': '<i4', 'fortran_order': False, 'shape': (-1,)}",
                           "{'descr': '<i4', 'fortran_order': False, 'shape': (1"}) {
    EXPECT_EQ(bad_integers(npy(dict, "1234")), "x: its npy header is damaged") << dict;
  }
}

TEST(Npy, RefusesEveryTruncation) {
  const TemporaryFolder folder;
  write_npy(folder / "x", std::vector<int64_t>{1, 2});
  const std::string whole = read_file(folder / "x");
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    ASSERT_NE(bad_integers(whole.substr(0, bytes)), "") << "cut to " << bytes << " bytes";
  }
}

// The notebook's own split, written by numpy: a permutation of the table's rows.
TEST(Npy, ReadsTheReferenceSplit) {
  const char* data = std::getenv("SHORTLIST_DATA");
  const std::string path =
      std::string(data != nullptr ? data : "../shared/data") + "/../reference/notebook-run/split.npy";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  std::vector<int64_t> rows = read_npy_integers(path);
  ASSERT_EQ(rows.size(), 305'358u);
  std::sort(rows.begin(), rows.end());
  for (size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i], int64_t(i));
}

}  // namespace
}  // namespace shortlist
