#include "shortlist/table/shard.h"

#include <charconv>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

constexpr uint64_t kMostShards = 1'000'000;

bool read_count(std::string_view text, uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// rows * part / parts without overflow.
uint64_t share(uint64_t rows, uint64_t part, uint64_t parts) {
  return rows / parts * part + rows % parts * part / parts;
}

}  // namespace

Shard Shard::parse(const std::string& text) {
  Shard shard;
  const size_t slash = text.find('/');
  const bool read = slash != text.npos && read_count(std::string_view(text).substr(0, slash), shard.index) &&
                    read_count(std::string_view(text).substr(slash + 1), shard.count);
  if (!read) throw usage_error("--shard: got '{}', need i/n, such as 0/4", text);
  if (shard.count == 0 || shard.count > kMostShards)
    throw usage_error("--shard: got {} shards, need 1 to {}", shard.count, kMostShards);
  if (shard.index >= shard.count)
    throw usage_error("--shard: got shard {} of {}, which are numbered from 0 to {}", shard.index,
                      shard.count, shard.count - 1);
  return shard;
}

std::string Shard::text() const { return fmt::format("{}/{}", index, count); }

TableRange Shard::of(uint64_t rows) const {
  return {share(rows, index, count), share(rows, index + 1, count)};
}

}  // namespace shortlist
