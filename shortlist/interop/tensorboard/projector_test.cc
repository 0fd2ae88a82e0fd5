#include "shortlist/interop/tensorboard/projector.h"

#include <gtest/gtest.h>

#include "shortlist/io/file.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

const float kVectors[] = {1, 0.1F, 99, -2.5F, 1e-8F, 99};
const ConstMatrix kTwoRows{kVectors, 2, 2, 3};  // the third float of a row is padding

TEST(Projector, WritesVectorsLabelsAndConfig) {
  const TemporaryFolder folder;
  write_projector(folder / "run", "items", kTwoRows, {{"name", "genre"}, {{"a\tb", "x"}, {"c\r\nd", ""}}});
  EXPECT_EQ(read_file(folder / "run/items.tsv"), "1\t0.1\n-2.5\t1e-08\n");
  EXPECT_EQ(read_file(folder / "run/metadata.tsv"), "name\tgenre\na b\tx\nc  d\t\n");
  EXPECT_EQ(read_file(folder / "run/projector_config.pbtxt"),
            "embeddings {\n  tensor_name: \"items\"\n  tensor_path: \"items.tsv\"\n"
            "  metadata_path: \"metadata.tsv\"\n  tensor_shape: 2\n  tensor_shape: 2\n}\n");
}

TEST(Projector, WritesOneColumnWithoutAHeaderAndNoBlankLine) {
  const TemporaryFolder folder;
  write_projector(folder.path(), "items", kTwoRows, {{"name"}, {{"a"}, {""}}});
  EXPECT_EQ(read_file(folder / "metadata.tsv"), "a\n(empty)\n");
}

TEST(Projector, SaysWhyItCannotWrite) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  EXPECT_EQ(message_of([&] {
              write_projector(folder / "file", "items", kTwoRows, {{"n"}, {{"a"}, {"b"}}});
            }),
            "cannot create the folder " + folder / "file" + ": Not a directory");
}

}  // namespace
}  // namespace shortlist
