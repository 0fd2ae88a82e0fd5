#include "shortlist/interop/vectors/export_vectors.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "shortlist/interop/vectors/export_hnswlib.h"
#include "shortlist/io/file.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

const float kVectors[] = {1, 0.1F, -2.5F, 1e-8F, 0, 3, 4, 5};
const ConstMatrix kRows{kVectors, 4, 2, 2};

TEST(ExportVectors, MakesWordsOfIdsThatStayDifferent) {
  const TemporaryFolder folder;
  const Items items{.id_column = "name", .ids = {"", "a b", "a\tb", "a_b"}};
  export_word2vec(folder / "w", {items, kRows});
  EXPECT_EQ(read_file(folder / "w/items.txt"), "4 2\n_ 1 0.1\na_b -2.5 1e-08\na_b_2 0 3\na_b_3 4 5\n");
  EXPECT_EQ(read_file(folder / "w/items.bin").substr(0, 14),
            std::string("4 2\n_ \0\0\x80?\xcd\xcc\xcc=", 14));
  EXPECT_EQ(read_file(folder / "w/ids.json"), "[\n  \"\",\n  \"a b\",\n  \"a\\tb\",\n  \"a_b\"\n]\n");
}

TEST(ExportVectors, WritesEmptyCatalogues) {
  const TemporaryFolder folder;
  const Items items{.id_column = "name"};
  const ItemVectors none{items, {kVectors, 0, 2, 2}};
  export_npy(folder / "e", none);
  export_faiss(folder / "e", none);
  export_word2vec(folder / "e", none);
  ThreadPool pool(1);
  export_hnswlib(folder / "e", none, Hnsw(none.vectors, {}, pool));
  EXPECT_EQ(read_file(folder / "e/items.txt"), "0 2\n");
  EXPECT_EQ(read_file(folder / "e/items.hnsw").substr(48, 8), "\xff\xff\xff\xff\xff\xff\xff\xff")
      << "no layer, and no node to begin at";
  EXPECT_EQ(std::filesystem::file_size(folder / "e/items.faiss"), 45u);
  EXPECT_EQ(read_file(folder / "e/ids.json"), "[]\n");
}

TEST(ExportVectors, SaysWhyItCannotWrite) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  EXPECT_EQ(message_of([&] {
              export_npy(folder / "file", {Items(), kRows});
            }),
            "cannot create the folder " + folder / "file" + ": Not a directory");
}

}  // namespace
}  // namespace shortlist
