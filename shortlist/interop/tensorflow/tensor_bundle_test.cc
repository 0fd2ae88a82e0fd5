#include "shortlist/interop/tensorflow/tensor_bundle.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "shortlist/interop/tensorflow/sstable.h"
#include "shortlist/io/wire_writer.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

constexpr float kValues[] = {1, 2, 3, 4, 5, 6};

BundleTensor matrix(const std::string& key) {
  return {.key = key, .shape = {2, 3}, .bytes = std::as_bytes(std::span(kValues))};
}
BundleTensor texts(const std::string& key) {
  BundleTensor tensor{.key = key, .dtype = BundleDType::string, .shape = {2}};
  tensor.strings = {"", std::string(300, 'x')};
  return tensor;
}

class TensorBundleTest : public testing::Test {
 protected:
  TensorBundleTest() { write_tensor_bundle(prefix, {texts("words"), matrix("kernel")}); }

  std::string problem() const {
    std::string message = message_of([&] { TensorBundle::open(prefix); });
    for (size_t at; (at = message.find(folder.path())) != message.npos;)
      message.replace(at, folder.path().size(), "F");
    return message;
  }
  // Changes the index entry of "kernel"; the table's checksums stay correct.
  std::string with_entry(const std::string& proto) {
    SstableEntries entries = read_sstable(read_file(prefix + ".index"), "");
    entries[1].second = proto;
    write_file_atomically(prefix + ".index", write_sstable(entries));
    return problem();
  }
  // An entry for "kernel" with a shape of arbitrary sizes.
  static std::string entry(const std::vector<uint64_t>& sizes, uint64_t shard, uint64_t offset, uint64_t size,
                           int dtype = 1) {
    ProtoWriter shape, out;
    for (const uint64_t n : sizes) {
      ProtoWriter dim;
      dim.varint(1, n);
      shape.message(2, dim);
    }
    out.varint(1, dtype);
    out.message(2, shape);
    out.varint(3, shard);
    out.varint(4, offset);
    out.varint(5, size);
    out.fixed32(6, 0);
    return out.data();
  }

  TemporaryFolder folder;
  const std::string prefix = folder / "model";
  const std::string data = prefix + ".data-00000-of-00001";
};

TEST_F(TensorBundleTest, ReadsWhatItWrote) {
  const TensorBundle bundle = TensorBundle::open(prefix);
  ASSERT_EQ(bundle.tensors().size(), 2U);
  const BundleTensor& kernel = bundle.need("kernel", BundleDType::float32);
  EXPECT_EQ(kernel.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_TRUE(std::ranges::equal(kernel.bytes, std::as_bytes(std::span(kValues))));
  EXPECT_EQ(bundle.need("words", BundleDType::string).strings[1], std::string(300, 'x'));
  EXPECT_EQ(bundle.find("other"), nullptr);
}

TEST_F(TensorBundleTest, APrefixThatEndsInASlashGivesHiddenNames) {
  std::filesystem::create_directory(folder / "weights");
  write_tensor_bundle(folder / "weights/", {matrix("kernel")});
  EXPECT_TRUE(std::filesystem::exists(folder / "weights/.index"));
  EXPECT_EQ(find_checkpoint(folder / "weights"), folder / "weights/");
  EXPECT_NE(TensorBundle::open(find_checkpoint(folder / "weights/")).find("kernel"), nullptr);
}

TEST_F(TensorBundleTest, FindsTheCheckpointThatAFolderNames) {
  EXPECT_EQ(find_checkpoint(prefix), prefix);
  EXPECT_EQ(find_checkpoint(prefix + ".index"), prefix);
  write_file_atomically(folder / "checkpoint", "model_checkpoint_path: \"model\"\n");
  EXPECT_EQ(find_checkpoint(folder.path()), prefix);
  std::filesystem::create_directories(folder / "saved/variables");
  write_tensor_bundle(folder / "saved/variables/variables", {matrix("kernel")});
  EXPECT_EQ(find_checkpoint(folder / "saved"), folder / "saved/variables/variables");
}

TEST_F(TensorBundleTest, SaysThatThereIsNoCheckpoint) {
  const std::string path = folder / "none";
  EXPECT_EQ(message_of([&] { find_checkpoint(path); }),
            path + ": not a checkpoint: there is no " + path + ".index");
}

TEST_F(TensorBundleTest, NamesAMissingShard) {
  std::filesystem::remove(data);
  EXPECT_EQ(problem(), "F/model.data-00000-of-00001: the file is missing: the checkpoint has 1 of them");
}

TEST_F(TensorBundleTest, NamesTheTensorThatIsCutOff) {
  std::filesystem::resize_file(data, 10);
  EXPECT_EQ(problem(),
            "F/model.data-00000-of-00001: 'kernel': 24 bytes at 0, but the file has 10: it is truncated");
}

TEST_F(TensorBundleTest, SeesFlippedBytesOfTheValues) {
  const std::string good = read_file(data);
  for (size_t i = 0; i < good.size(); i += 5) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    write_file_atomically(data, bad);
    EXPECT_NE(problem(), "") << i;
  }
  write_file_atomically(data, good.substr(0, 3) + "!" + good.substr(4));
  EXPECT_EQ(problem(),
            "F/model.data-00000-of-00001: 'kernel': wrong checksum of its values: the file is damaged");
}

TEST_F(TensorBundleTest, RefusesSizesThatDoNotFit) {
  const std::string shard = "F/model.data-00000-of-00001: 'kernel': ";
  EXPECT_EQ(with_entry(entry({2, 3}, 0, UINT64_MAX - 3, 24)),
            shard + "24 bytes at 18446744073709551612, but the file has 331: it is truncated");
  EXPECT_EQ(with_entry(entry({2, 3}, 0, 0, UINT64_MAX)),
            shard + "18446744073709551615 bytes at 0, but the file has 331: it is truncated");
  EXPECT_EQ(with_entry(entry({uint64_t{1} << 32, uint64_t{1} << 32}, 0, 0, 24)),
            shard + "its shape overflows");
  EXPECT_EQ(with_entry(entry({uint64_t{1} << 62}, 0, 0, 0)),
            shard + "0 bytes for float32 [4611686018427387904]");
  EXPECT_EQ(with_entry(entry({2, 4}, 0, 0, 24)), shard + "24 bytes for float32 [2, 4]");
  EXPECT_EQ(with_entry(entry({UINT64_MAX}, 0, 0, 24)),
            "F/model.index: 'kernel': its shape has a dimension of -1");
  EXPECT_EQ(with_entry(entry({2, 3}, 5, 0, 24)), "F/model.index: 'kernel' is in shard 5, but there are 1");
  EXPECT_EQ(with_entry(entry({uint64_t{1} << 40}, 0, 0, 24, 7)), shard + "1099511627776 strings in 24 bytes");
}

TEST_F(TensorBundleTest, RefusesTensorsThatShareTheirBytes) {
  SstableEntries entries = read_sstable(read_file(prefix + ".index"), "");
  for (int i = 0; i < 100; ++i) entries.emplace_back(fmt::format("words{:03}", i), entries[2].second);
  write_file_atomically(prefix + ".index", write_sstable(entries));
  EXPECT_NE(problem().find(": its values are also those of another tensor"), std::string::npos) << problem();
}

TEST_F(TensorBundleTest, NamesAnotherType) {
  const TensorBundle bundle = TensorBundle::open(prefix);
  EXPECT_EQ(message_of([&] { bundle.need("kernel", BundleDType::int64); }),
            prefix + ": 'kernel' is float32, need int64");
  EXPECT_EQ(message_of([&] { bundle.need("bias", BundleDType::int64); }),
            prefix + ": the checkpoint has no 'bias'");
}

TEST_F(TensorBundleTest, RefusesAnIndexWithoutAHeader) {
  write_file_atomically(prefix + ".index", write_sstable({{"kernel", ""}}));
  EXPECT_EQ(problem(), "F/model.index: the checkpoint's header is missing");
}

}  // namespace
}  // namespace shortlist
