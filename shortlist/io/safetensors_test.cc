#include "shortlist/io/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

const std::vector<float> kWeights = {1, 2, 3, 4, 5, 6};
const std::vector<int64_t> kIds = {7, -8};
const std::vector<int32_t> kRows = {9};
const std::vector<uint8_t> kFlags = {1, 0, 1};

std::vector<TensorView> example() {
  return {tensor_view<float>("weights", {2, 3}, kWeights), tensor_view<int64_t>("ids", {2}, kIds),
          tensor_view<uint8_t>("flags", {3}, kFlags), tensor_view<int32_t>("rows", {1}, kRows),
          tensor_view<float>("none", {0, 4}, {})};
}

// A file with this header and `data_bytes` zero bytes of data.
std::string file_with(const std::string& header, size_t data_bytes) {
  const uint64_t bytes = header.size();
  return std::string(reinterpret_cast<const char*>(&bytes), 8) + header + std::string(data_bytes, '\0');
}

// The error message of open() for a file x with these bytes.
std::string complaint(const std::string& bytes) {
  static const TemporaryFolder folder;
  const std::string path = folder / "x";
  OutputFile(path).write(bytes);
  const std::string message = message_of([&] { SafetensorsFile::open(path); });
  return message.starts_with(path) ? "x" + message.substr(path.size()) : message;
}

std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets +
         "}";
}

TEST(Safetensors, ReadsBackWhatWasWritten) {
  const TemporaryFolder folder;
  write_safetensors(folder / "x", example(), {{"format", "1"}});
  SafetensorsFile moved = SafetensorsFile::open(folder / "x");
  const SafetensorsFile file = std::move(moved);
  EXPECT_EQ(file.metadata(), (Metadata{{"format", "1"}}));
  ASSERT_EQ(file.tensors().size(), 5u);
  EXPECT_TRUE(std::ranges::equal(file.find("weights")->floats(), kWeights));
  EXPECT_TRUE(std::ranges::equal(file.find("ids")->values<int64_t>(), kIds));
  EXPECT_TRUE(std::ranges::equal(file.find("flags")->values<uint8_t>(), kFlags));
  EXPECT_TRUE(std::ranges::equal(file.find("rows")->values<int32_t>(), kRows)) << "lies on an odd address";
  EXPECT_EQ(file.find("none")->shape, (std::vector<size_t>{0, 4}));
  EXPECT_EQ(file.find("absent"), nullptr);
}

TEST(Safetensors, AlignsEveryValue) {
  const TemporaryFolder folder;
  write_safetensors(folder / "x", example());
  const SafetensorsFile file = SafetensorsFile::open(folder / "x");
  EXPECT_EQ(reinterpret_cast<uintptr_t>(file.tensors()[0].bytes.data()) % 64, 0u);
  for (const TensorView& tensor : file.tensors()) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.bytes.data()) % dtype_bytes(tensor.dtype), 0u)
        << tensor.name;
  }
}

TEST(Safetensors, WritesTheseBytes) {
  const TemporaryFolder folder;
  const std::vector<TensorView> tensors = {tensor_view<int32_t>("rows", {1}, kRows)};
  write_safetensors(folder / "x", tensors, {{"b", "2"}, {"a", "1"}});
  const std::string bytes = read_file(folder / "x");
  const std::string header = R"({"__metadata__":{"a":"1","b":"2"},"rows":{"dtype":"I32","shape":[1],)"
                             R"("data_offsets":[0,4]}})";
  EXPECT_EQ(bytes,
            file_with(header + std::string(120 - header.size(), ' '), 0) + std::string("\x09\0\0\0", 4));
}

TEST(Safetensors, NeedSaysWhatTheFileHas) {
  const TemporaryFolder folder;
  write_safetensors(folder / "x", example());
  const SafetensorsFile file = SafetensorsFile::open(folder / "x");
  const std::vector<size_t> right = {2, 3}, wrong = {3, 3};
  EXPECT_EQ(&file.need("weights", DType::F32, right), file.find("weights"));
  EXPECT_EQ(message_of([&] { file.need("weights", DType::F32, wrong); }),
            folder / "x: tensor 'weights' is F32 [2, 3], need F32 [3, 3]");
  EXPECT_EQ(message_of([&] { file.need("weights", DType::I32, right); }),
            folder / "x: tensor 'weights' is F32 [2, 3], need I32 [2, 3]");
  EXPECT_EQ(message_of([&] { file.need("bias", DType::F32, wrong); }),
            folder / "x: has no tensor 'bias', need F32 [3, 3]");
}

TEST(Safetensors, RefusesBrokenFrames) {
  EXPECT_EQ(complaint(""), "x: not a safetensors file: has 0 bytes, need at least 8");
  EXPECT_EQ(complaint("1234567"), "x: not a safetensors file: has 7 bytes, need at least 8");
  EXPECT_EQ(
      complaint("12345678"),
      "x: not a safetensors file: its header would have 4050765991979987505 bytes, more than 100000000");
  EXPECT_EQ(complaint(file_with("{}", 0).substr(0, 9)), "x: truncated: the header has 2 bytes, the file 9");
  EXPECT_EQ(complaint(file_with("[]", 0)), "x: its header is not a JSON object");
  EXPECT_EQ(complaint(file_with("{", 0)).substr(0, 24), "x (header):1: not JSON: ");
  EXPECT_EQ(complaint(file_with("{}", 3)), "x: has 3 bytes of data, but its tensors have 0");
  EXPECT_EQ(complaint(file_with("{}", 0)), "");
}

TEST(Safetensors, RefusesBrokenTensors) {
  const auto one = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return complaint(file_with("{" + tensor("w", dtype, shape, offsets) + "}", 8));
  };
  EXPECT_EQ(one("F32", "[2]", "[0,8]"), "");
  EXPECT_EQ(one("F31", "[2]", "[0,8]"), "x: tensor 'w': the dtype \"F31\" is not known");
  EXPECT_EQ(one("F32", "[3]", "[0,8]"), "x: tensor 'w': F32 [3] does not fit 8 bytes");
  EXPECT_EQ(one("F32", "[2]", "[0,9]"),
            "x: tensor 'w': data_offsets [0, 9] are not within the 8 bytes of data");
  EXPECT_EQ(one("F32", "[2]", "[8,0]"),
            "x: tensor 'w': data_offsets [8, 0] are not within the 8 bytes of data");
  EXPECT_EQ(one("F32", "[-2]", "[0,8]"),
            "x: tensor 'w': shape is [-2], need a list of integers, none negative");
  EXPECT_EQ(one("F32", "[2]", "{}"),
            "x: tensor 'w': data_offsets is {}, need a list of integers, none negative");
  EXPECT_EQ(one("U8", "[4]", "[4,8]"), "x: tensor 'w': begins at 4, need 0");
  EXPECT_EQ(one("U8", "[4]", "[0,4]"), "x: has 8 bytes of data, but its tensors have 4");
}

TEST(Safetensors, RefusesSizesThatOverflow) {
  EXPECT_EQ(complaint(file_with("{" + tensor("w", "F32", "[4611686018427387905]", "[0,4]") + "}", 4)),
            "x: tensor 'w': F32 [4611686018427387905] does not fit 4 bytes");
}

TEST(Safetensors, RefusesOverlapsDuplicatesAndOddMetadata) {
  EXPECT_EQ(complaint(file_with(
                "{" + tensor("a", "U8", "[4]", "[0,4]") + "," + tensor("b", "U8", "[4]", "[2,6]") + "}", 6)),
            "x: tensor 'b': begins at 2, need 4");
  EXPECT_EQ(complaint(file_with(
                "{" + tensor("a", "U8", "[4]", "[0,4]") + "," + tensor("a", "U8", "[4]", "[4,8]") + "}", 8)),
            "x (header): the key 'a' is given twice");
  EXPECT_EQ(complaint(file_with(R"({"__metadata__":{"a":1}})", 0)), "x: __metadata__: 'a' is not text");
  EXPECT_EQ(complaint(file_with(R"({"w":{"dtype":"F32","shape":[0]}})", 0)),
            "x: tensor 'w': has no data_offsets");
  EXPECT_EQ(complaint(file_with(R"({"w":7})", 0)), "x: tensor 'w': has no dtype");
}

TEST(Safetensors, RefusesTruncations) {
  const TemporaryFolder folder;
  write_safetensors(folder / "x", example(), {{"format", "1"}});
  const std::string whole = read_file(folder / "x");
  for (size_t bytes = 0; bytes < whole.size(); bytes += 3) {
    ASSERT_NE(complaint(whole.substr(0, bytes)), "") << "cut to " << bytes << " bytes";
  }
}

// A flipped bit may give another valid file, but must never cause a crash or a view outside the file.
TEST(Safetensors, SurvivesAFlippedBitInEveryByteOfTheHeader) {
  const TemporaryFolder folder;
  write_safetensors(folder / "x", example(), {{"format", "1"}});
  const std::string whole = read_file(folder / "x");
  const size_t header_bytes = whole.rfind('}') + 1;
  size_t refused = 0;
  for (size_t at = 0; at < header_bytes; ++at) {
    std::string broken = whole;
    broken[at] ^= char(1 << at % 8);
    refused += complaint(broken) != "";
  }
  EXPECT_GT(refused, header_bytes / 2);
}

TEST(Safetensors, SaysThatTheDiskIsFull) {
  EXPECT_EQ(message_of([] { write_safetensors("/dev/full", example()); }),
            "cannot write /dev/full: No space left on device");
}

TEST(Safetensors, KnowsWhetherACheckedFileWasChanged) {
  const TemporaryFolder folder;
  write_checked_safetensors(folder / "x", example(), {{"format", "1"}});
  SafetensorsFile::open(folder / "x").check_checksum();
  const std::string whole = read_file(folder / "x");
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    OutputFile(folder / "x").write(flipped);
    EXPECT_NE(message_of([&] { SafetensorsFile::open(folder / "x").check_checksum(); }), "") << at;
  }
  write_safetensors(folder / "x", example(), {});
  EXPECT_EQ(message_of([&] { SafetensorsFile::open(folder / "x").check_checksum(); }),
            folder / "x" + ": has no checksum: the file was changed");
}

}  // namespace
}  // namespace shortlist
