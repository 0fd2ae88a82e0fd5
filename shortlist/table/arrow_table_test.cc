#include "shortlist/table/arrow_table.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>

#include "shortlist/base/error.h"
#include "shortlist/table/table.h"

namespace shortlist {
namespace {

// The rows 0 to `rows` - 1 in batches of `batch` rows: "number" int64 with every seventh missing, "text" with
// the row number, "word" a dictionary of two words with every eleventh missing. Columns of a batch begin at
// an offset.
class Producer {
 public:
  static constexpr int64_t kOffset = 3;

  Producer(int64_t rows, int64_t batch) : rows_(rows), batch_(batch) {
    schemas_ = {schema("l", "number"), schema("u", "text"), schema("c", "word")};
    words_schema_ = schema("u", "");
    schemas_[2].dictionary = &words_schema_;
    for (ArrowSchema& column : schemas_) children_.push_back(&column);
  }

  ArrowArrayStream stream() {
    return {.get_schema =
                [](ArrowArrayStream* self, ArrowSchema* out) {
                  auto* producer = static_cast<Producer*>(self->private_data);
                  *out = schema("+s", "");
                  out->n_children = static_cast<int64_t>(producer->children_.size());
                  out->children = producer->children_.data();
                  return 0;
                },
            .get_next = [](ArrowArrayStream* self,
                           ArrowArray* out) { return static_cast<Producer*>(self->private_data)->next(out); },
            .get_last_error = [](ArrowArrayStream*) -> const char* { return "the disk is full"; },
            .release = [](ArrowArrayStream* self) { self->release = nullptr; },
            .private_data = this};
  }
  int released() const { return released_; }
  int64_t fail_at = -1;  // the stream fails at this row

 private:
  struct Batch {
    Producer* producer;
    std::vector<int64_t> numbers;
    std::vector<uint8_t> valid, word_valid;
    std::vector<int32_t> ends{0};
    std::string text;
    std::vector<int8_t> codes;
    std::vector<const void*> buffers[4];
    std::vector<ArrowArray> arrays{4};
    std::vector<ArrowArray*> children;
    ArrowArray words;
    std::vector<int32_t> word_ends{0, 1, 4};
    const void* none = nullptr;
  };

  static ArrowSchema schema(const char* format, const char* name) {
    return {.format = format,
            .name = name,
            .metadata = nullptr,
            .flags = kArrowNullable,
            .n_children = 0,
            .children = nullptr,
            .dictionary = nullptr,
            .release = [](ArrowSchema* self) { self->release = nullptr; },
            .private_data = nullptr};
  }
  static ArrowArray array(int64_t rows, int64_t offset, std::vector<const void*>& buffers) {
    return {.length = rows,
            .null_count = -1,
            .offset = offset,
            .n_buffers = static_cast<int64_t>(buffers.size()),
            .n_children = 0,
            .buffers = buffers.data(),
            .children = nullptr,
            .dictionary = nullptr,
            .release = [](ArrowArray* self) { self->release = nullptr; },
            .private_data = nullptr};
  }

  int next(ArrowArray* out) {
    *out = {};
    if (at_ == fail_at) return 5;
    const int64_t rows = std::min(batch_, rows_ - at_);
    if (rows == 0) return 0;
    auto batch = std::make_unique<Batch>();
    batch->producer = this;
    const auto all = static_cast<size_t>(rows + kOffset);
    batch->valid.resize((all + 7) / 8);
    batch->word_valid.resize((all + 7) / 8);
    for (size_t i = 0; i < all; ++i) {
      const int64_t row = at_ + static_cast<int64_t>(i) - kOffset;
      batch->numbers.push_back(row);
      if (row % 7 != 0) batch->valid[i / 8] |= static_cast<uint8_t>(1 << (i % 8));
      batch->text.append("row ").append(std::to_string(row));
      batch->ends.push_back(static_cast<int32_t>(batch->text.size()));
      if (row % 11 != 0) batch->word_valid[i / 8] |= static_cast<uint8_t>(1 << (i % 8));
      batch->codes.push_back(row % 11 != 0 ? static_cast<int8_t>(row % 2) : -1);
    }
    batch->buffers[0] = {batch->valid.data(), batch->numbers.data()};
    batch->buffers[1] = {nullptr, batch->ends.data(), batch->text.data()};
    batch->buffers[2] = {batch->word_valid.data(), batch->codes.data()};
    batch->buffers[3] = {nullptr, batch->word_ends.data(), "aodd"};
    for (int c = 0; c < 3; ++c) batch->arrays[c] = array(rows, kOffset, batch->buffers[c]);
    batch->arrays[3] = array(2, 0, batch->buffers[3]);
    batch->arrays[2].dictionary = &batch->arrays[3];
    for (int c = 0; c < 3; ++c) batch->children.push_back(&batch->arrays[c]);
    at_ += rows;
    *out = {.length = rows,
            .null_count = 0,
            .offset = 0,
            .n_buffers = 1,
            .n_children = 3,
            .buffers = &batch->none,
            .children = batch->children.data(),
            .dictionary = nullptr,
            .release =
                [](ArrowArray* self) {
                  std::unique_ptr<Batch> kept(static_cast<Batch*>(self->private_data));
                  ++kept->producer->released_;
                  self->release = nullptr;
                },
            .private_data = batch.release()};
    return 0;
  }

  const int64_t rows_, batch_;
  int64_t at_ = 0;
  int released_ = 0;
  std::vector<ArrowSchema> schemas_;
  ArrowSchema words_schema_;
  std::vector<ArrowSchema*> children_;
};

Table open(Producer& producer) {
  ArrowArrayStream stream = producer.stream();
  return Table::open({.rows = std::make_shared<ArrowTable>("the data", stream)});
}

std::string error_of(Producer& producer) {
  try {
    open(producer);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
    return error.what();
  }
  return "no error";
}

TEST(ArrowTable, IsReadLikeAFileAsOftenAsNeeded) {
  Producer producer(200000, 70000);  // more than a block in a batch, and more than one batch
  {
    const Table table = open(producer);
    ASSERT_EQ(table.columns().size(), 3u);
    EXPECT_EQ(table.columns()[0].type, ColumnType::integer);
    EXPECT_EQ(table.columns()[1].type, ColumnType::text);
    EXPECT_EQ(table.columns()[2].type, ColumnType::text);
    EXPECT_EQ(table.rows(), 200000u);
    for (int pass = 0; pass < 2; ++pass) {
      const std::vector<std::string> names = {"word", "number"};  // not "text", and in another order
      int64_t row = 0;
      table.read(names, [&](const Chunk& chunk) {
        EXPECT_EQ(chunk.first_row, static_cast<uint64_t>(row));
        for (size_t r = 0; r < chunk.rows; ++r, ++row) {
          ASSERT_EQ(chunk.columns[0].is_missing(r), row % 11 == 0) << row;
          ASSERT_EQ(chunk.columns[0].texts[r], row % 11 == 0 ? "" : row % 2 ? "odd" : "a");
          ASSERT_EQ(chunk.columns[1].is_missing(r), row % 7 == 0) << row;
          ASSERT_EQ(chunk.columns[1].integers[r], row % 7 == 0 ? 0 : row);
        }
      });
      EXPECT_EQ(row, 200000);
    }
  }
  EXPECT_EQ(producer.released(), 3);
}

TEST(ArrowTable, CanBeQueriedTwiceAtOnce) {
  Producer producer(5000, 1000);
  const Table table = open(producer);
  std::string text;
  int64_t rows = 0;
  table.query("SELECT max(a.text), count(*) FROM {table} a JOIN {table} b ON a.number = b.number",
              [&](const Chunk& chunk) {
                text = chunk.columns[0].texts[0];
                rows = chunk.columns[1].integers[0];
              });
  EXPECT_EQ(text, "row 999");
  EXPECT_EQ(rows, 5000 - 715);
}

TEST(ArrowTable, NamesItselfInErrors) {
  Producer empty(0, 1);
  EXPECT_EQ(error_of(empty), "the data: has no rows");
  Producer failing(10, 5);
  failing.fail_at = 5;
  EXPECT_EQ(error_of(failing), "the data: the disk is full");
  EXPECT_EQ(failing.released(), 1);
  ArrowArrayStream read = {};
  EXPECT_THROW(ArrowTable("the data", read), Error);
  Producer good(10, 5);
  const Table table = open(good);
  EXPECT_THROW(table.column("nummer"), Error);
}

}  // namespace
}  // namespace shortlist
