#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "shortlist/index/hnsw.h"
#include "shortlist/io/file.h"
#include "shortlist/testing/temporary_folder.h"
#include "shortlist/testing/vectors.h"

namespace shortlist {
namespace {

using testing::clustered_vectors, testing::ids, testing::Vectors;

const HnswConfig kSmall{.m = 4, .ef_construction = 30, .ef_search = 20};

class HnswFile : public ::testing::Test {
 protected:
  HnswFile() : index_(vectors_.view(), kSmall, pool_) {}

  // The error message for a file like the saved one with other bytes for one tensor.
  template <typename T>
  std::string error_with(const std::string& tensor, size_t at, T value) {
    index_.save(path_);
    const SafetensorsFile file = SafetensorsFile::open(path_);
    std::vector<TensorView> tensors = file.tensors();
    std::vector<std::byte> changed;
    for (TensorView& t : tensors) {
      if (t.name != tensor) continue;
      changed.assign(t.bytes.begin(), t.bytes.end());
      std::memcpy(changed.data() + at * sizeof(T), &value, sizeof(T));
      t.bytes = changed;
    }
    write_safetensors(path_ + ".changed", tensors, file.metadata());
    return error_of(path_ + ".changed");
  }
  std::string error_with_metadata(const std::string& key, const std::string& value) {
    index_.save(path_);
    const SafetensorsFile file = SafetensorsFile::open(path_);
    Metadata metadata = file.metadata();
    metadata[key] = value;
    write_safetensors(path_ + ".changed", file.tensors(), metadata);
    return error_of(path_ + ".changed");
  }
  std::string error_of(const std::string& path) {
    try {
      Hnsw::load(path);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      std::string message = error.what();
      EXPECT_EQ(message.find(path + ": "), 0u) << message;
      return message.substr(std::min(message.size(), path.size() + 2));
    }
  }

  ThreadPool pool_{1};
  TemporaryFolder folder_;
  std::string path_ = folder_ / "index.safetensors";
  Vectors vectors_ = clustered_vectors(400, 9, 10, "v"), queries_ = clustered_vectors(10, 9, 10, "q");
  Hnsw index_;
};

TEST_F(HnswFile, AnswersAsWhatWasSaved) {
  index_.remove(7);
  index_.save(path_);
  const auto loaded = Hnsw::load(path_);
  EXPECT_TRUE(loaded->removed(7));
  EXPECT_FALSE(loaded->removed(8));
  EXPECT_EQ(loaded->config().ef_search, 20);
  const auto expected = index_.search(queries_.view(), 10), found = loaded->search(queries_.view(), 10);
  for (size_t q = 0; q < found.size(); ++q) EXPECT_EQ(ids(found[q]), ids(expected[q]));
}

TEST_F(HnswFile, ReadsTheNamesOfEarlierVersions) {
  index_.save(path_);
  const SafetensorsFile file = SafetensorsFile::open(path_);
  Metadata metadata = file.metadata();
  for (const auto& [before, now] : HnswConfig::renamed) {
    metadata[before] = metadata.at(now);
    metadata.erase(now);
  }
  write_safetensors(folder_ / "earlier", file.tensors(), metadata);
  const HnswConfig config = Hnsw::load(folder_ / "earlier")->config();
  EXPECT_EQ(config.m, index_.config().m);
  EXPECT_EQ(config.ef_construction, index_.config().ef_construction);
  EXPECT_EQ(config.ef_search, index_.config().ef_search);
}

TEST_F(HnswFile, CanDoWithoutItsOwnVectors) {
  index_.save(path_, false);
  const auto loaded = Hnsw::load(path_, vectors_.view());
  EXPECT_EQ(ids(loaded->search(queries_.view(), 10)[3]), ids(index_.search(queries_.view(), 10)[3]));
  EXPECT_EQ(error_of(path_), "has no tensor 'vectors', need F32 [400, 9]");
}

TEST_F(HnswFile, GrowsAfterItWasLoadedAsBefore) {
  const Vectors more = clustered_vectors(50, 9, 10, "more");
  index_.save(path_);
  const auto loaded = Hnsw::load(path_);
  loaded->add(more.view(), pool_);
  loaded->remove(3);
  index_.add(more.view(), pool_);
  index_.remove(3);
  index_.save(folder_ / "a");
  loaded->save(folder_ / "b");
  EXPECT_EQ(read_file(folder_ / "a"), read_file(folder_ / "b"));
  EXPECT_FALSE(Hnsw::load(path_)->removed(3)) << "the file has changed";
}

TEST_F(HnswFile, HoldsAnEmptyIndex) {
  Hnsw(vectors_.view().head(0), kSmall, pool_).save(path_);
  const auto loaded = Hnsw::load(path_);
  EXPECT_TRUE(loaded->search(queries_.view(), 3).front().best.empty());
  loaded->add(vectors_.view(), pool_);
  EXPECT_EQ(ids(loaded->search(queries_.view(), 10)[3]), ids(index_.search(queries_.view(), 10)[3]));
}

TEST_F(HnswFile, SaysWhatDoesNotFit) {
  EXPECT_EQ(error_with<uint32_t>("neighbors", 5, 400),
            "tensor 'neighbors' contains node 400, but there are 400");
  EXPECT_EQ(error_with_metadata("m", "0"), "its m is '0', need an integer from 2 to 1024");
  EXPECT_EQ(error_with_metadata("ef_search", "a"), "its ef_search is 'a', need an integer from 1 to 1048576");
  EXPECT_EQ(error_with_metadata("m", "5"), "tensor 'neighbors' is U32 [400, 8], need U32 [400, 10]");
  EXPECT_EQ(error_with_metadata("format", "shortlist hnsw 2"),
            "has the format 'shortlist hnsw 2', need 'shortlist hnsw 1'");
  uint32_t low = 0;
  while (index_.graph().level(low) != 0) ++low;
  EXPECT_EQ(error_with<uint32_t>("upper_neighbors", 0, low),
            fmt::format("tensor 'upper_neighbors' contains node {} in layer 1, but the node's top layer is 0",
                        low));
  EXPECT_NE(error_with<uint8_t>("levels", low, 3), "");
}

TEST_F(HnswFile, RejectsNumbersThatAreNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error_with<float>("scale", 0, nan), "its scale is nan, need a finite number of at least 0");
  EXPECT_EQ(error_with<float>("scale", 0, -1.0f), "its scale is -1, need a finite number of at least 0");
  EXPECT_EQ(error_with<float>("vectors", 9 * 17 + 3, nan),
            "the vector of item 17 has a number that is not finite");
}

// Sums of products of wider codes would not fit into 32 bits.
TEST_F(HnswFile, RejectsAWidthThatCodesCannotHave) {
  EXPECT_EQ(error_with_metadata("width", "65537"), "its width is '65537', need an integer from 1 to 65536");
}

TEST_F(HnswFile, RejectsAFileThatIsCutAnywhere) {
  index_.save(path_);
  const std::string whole = read_file(path_);
  for (size_t size = 0; size < whole.size(); size += whole.size() / 97) {
    const std::string cut = folder_ / "cut";
    write_file_atomically(cut, std::string_view(whole).substr(0, size));
    EXPECT_NE(error_of(cut), "") << size << " bytes";
  }
}

TEST_F(HnswFile, RejectsVectorsOfAnotherShape) {
  index_.save(path_);
  try {
    Hnsw::load(path_, vectors_.view().head(399));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), path_ + ": is an index of 400 vectors of width 9, but there are 399 of width 9");
  }
}

}  // namespace
}  // namespace shortlist
