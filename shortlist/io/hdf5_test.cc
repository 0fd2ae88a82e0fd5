#include "shortlist/io/hdf5.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "shortlist/io/file.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

// Written by tests/parity/keras_files.py.
const std::string kFile = "tests/parity/fixtures/keras/model.weights.h5";

TEST(Hdf5, ListsDatasetsWithTypeAndShape) {
  const Hdf5File file = Hdf5File::open(kFile);
  const auto found = std::ranges::find(file.datasets(), "user_model/layers/dense/vars/0", &Hdf5Dataset::path);
  ASSERT_NE(found, file.datasets().end());
  EXPECT_EQ(found->type, "float32");
  EXPECT_EQ(found->shape, (std::vector<uint64_t>{12, 3}));
}

TEST(Hdf5, ListsNumbersByTheirValue) {
  const Hdf5File file = Hdf5File::open(kFile);
  std::vector<std::string> optimizer;
  for (const Hdf5Dataset& dataset : file.datasets()) {
    if (dataset.path.starts_with("optimizer/vars/")) optimizer.push_back(dataset.path.substr(15));
  }
  ASSERT_GT(optimizer.size(), 10U);
  for (size_t i = 0; i < optimizer.size(); ++i) EXPECT_EQ(optimizer[i], std::to_string(i));
}

TEST(Hdf5, ReadsNumbers) {
  const Hdf5File file = Hdf5File::open(kFile);
  const auto steps = std::ranges::find(file.datasets(), "optimizer/vars/0", &Hdf5Dataset::path);
  ASSERT_NE(steps, file.datasets().end());
  EXPECT_EQ(steps->type, "int64");
  int64_t value = 0;
  file.read(*steps, std::as_writable_bytes(std::span(&value, 1)));
  EXPECT_EQ(value, 4);
}

TEST(Hdf5, IsToldByItsFirstBytes) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "short", "\x89HDF");
  EXPECT_TRUE(is_hdf5(kFile));
  EXPECT_FALSE(is_hdf5(folder / "short"));
  EXPECT_FALSE(is_hdf5(folder / "nowhere"));
  EXPECT_FALSE(is_hdf5(folder.path()));
}

TEST(Hdf5, RefusesValuesInOtherPlacesAndFiles) {
  const std::string folder = "tests/parity/fixtures/hdf5/";  // written by tests/parity/hdf5_files.c
  for (const std::string& name : std::vector<std::string>{"external_link.h5", "soft_link.h5"})
    EXPECT_EQ(message_of([&] { Hdf5File::open(folder + name); }),
              folder + name + ": 'weights' is a link to another place or file; need the data itself");
  for (const std::string& name : std::vector<std::string>{"external_storage.h5", "virtual_dataset.h5"})
    EXPECT_EQ(message_of([&] { Hdf5File::open(folder + name); }),
              folder + name + ": the values of 'weights' are in another file; need them in this one");
  EXPECT_EQ(Hdf5File::open(folder + "hard_link.h5").datasets().size(), 2u);
}

TEST(Hdf5, RefusesAFileThatIsCutOff) {
  const TemporaryFolder folder;
  const std::string path = folder / "cut.h5", whole = read_file(kFile);
  for (const size_t size : {size_t{8}, size_t{100}, whole.size() / 2, whole.size() - 1}) {
    write_file_atomically(path, whole.substr(0, size));
    EXPECT_EQ(message_of([&] { Hdf5File::open(path); }),
              path + ": HDF5 cannot open it: it is damaged or truncated");
  }
}

// libhdf5 1.10 frees a pointer that it never set.
TEST(Hdf5, RefusesAFileThatMakesTheLibraryCrash) {
  EXPECT_THROW(Hdf5File::open("tests/fuzz/corpus/hdf5/crash_in_libhdf5"), Error);
}

TEST(Hdf5, SurvivesACrashOfTheLibrary) {
  const Hdf5File file = Hdf5File::open(kFile);
  std::ifstream children(fmt::format("/proc/self/task/{}/children", getpid()));
  pid_t child = 0;
  if (!(children >> child)) GTEST_SKIP() << "this system does not list children";
  ::kill(child, SIGSEGV);
  int64_t value = 0;
  const auto steps = std::ranges::find(file.datasets(), "optimizer/vars/0", &Hdf5Dataset::path);
  EXPECT_EQ(message_of([&] { file.read(*steps, std::as_writable_bytes(std::span(&value, 1))); }),
            kFile + ": libhdf5 crashed while it read the file: the file is damaged");
}

TEST(Hdf5, ReadsSeveralFilesAtOnce) {
  std::vector<Hdf5File> files;
  for (int i = 0; i < 3; ++i) files.push_back(Hdf5File::open(kFile));
  Hdf5File first = std::move(files.front());
  { const Hdf5File gone = std::move(first); }
  const auto steps = std::ranges::find(files[1].datasets(), "optimizer/vars/0", &Hdf5Dataset::path);
  int64_t value = 0;
  files[1].read(*steps, std::as_writable_bytes(std::span(&value, 1)));
  EXPECT_EQ(value, 4);
}

}  // namespace
}  // namespace shortlist
