#include "shortlist/base/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

#include "shortlist/base/error.h"

namespace shortlist {

const Value* Value::find(std::string_view key) const { return const_cast<Value*>(this)->find(key); }

Value* Value::find(std::string_view key) {
  auto* entries = std::get_if<Table>(&data);
  if (entries == nullptr) return nullptr;
  for (auto& [name, value] : *entries) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string Value::describe() const {
  struct Visitor {
    std::string operator()(std::monostate) const { return "nothing"; }
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(int64_t i) const { return fmt::format("the number {}", i); }
    std::string operator()(double d) const { return fmt::format("the number {}", d); }
    std::string operator()(const std::string& s) const { return fmt::format("\"{}\"", s); }
    std::string operator()(const Array&) const { return "a list"; }
    std::string operator()(const Table&) const { return "a table"; }
  };
  return std::visit(Visitor(), data);
}

namespace {

Value& step_into(Value& parent, std::string_view key, std::string_view path) {
  if (auto* array = std::get_if<Value::Array>(&parent.data)) {
    size_t index = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
    if (error != std::errc() || end != key.data() + key.size() || index >= array->size()) {
      throw usage_error("{}: got '{}', need an index below {}", path, key, array->size());
    }
    return (*array)[index];
  }
  if (parent.is_null()) parent.data = Value::Table();
  if (Value* child = parent.find(key)) return *child;
  auto* entries = std::get_if<Value::Table>(&parent.data);
  if (entries == nullptr)
    throw usage_error("{}: '{}' is inside {}, which is not a table", path, key, parent.describe());
  return entries->emplace_back(std::string(key), Value()).second;
}

unsigned char folded(char c) {
  return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool begins_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(),
                                                  [](char a, char b) { return folded(a) == folded(b); });
}

// Ignores case.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (folded(a[i - 1]) != folded(b[j - 1]));
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

// Counts the occurrences of each byte in a word.
class LetterCounts {
 public:
  explicit LetterCounts(std::string_view word) : size_(word.size()) {
    for (char c : word) ++counts_[folded(c)];
  }
  // A lower bound of the edit distance: the number of bytes that only one of the words has, at any position.
  size_t fewest_edits(std::string_view other) const {
    std::array<uint32_t, 256> left = counts_;
    size_t common = 0;
    for (char c : other) {
      uint32_t& count = left[folded(c)];
      if (count == 0) continue;
      --count;
      ++common;
    }
    return std::max(size_, other.size()) - common;
  }

 private:
  size_t size_;
  std::array<uint32_t, 256> counts_{};
};

// Two edits would leave hardly anything of a three-letter word.
size_t most_edits(std::string_view word) {
  return word.size() <= 3 ? 1 : std::max<size_t>(2, word.size() / 2);
}

// For an abbreviated word: "val" for "validation". A single letter is too ambiguous.
std::string shortest_beginning_with(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr size_t kLeast = 2, kMostLetters = 1'000;
  const std::string* best = nullptr;
  if (word.size() < kLeast) return "";
  for (const std::string& candidate : candidates) {
    if (candidate.size() <= kMostLetters && begins_with(candidate, word) &&
        (best == nullptr || candidate.size() < best->size()))
      best = &candidate;
  }
  return best == nullptr ? "" : *best;
}

// For an abbreviated word with one mistake: "usr" for "user_id". Skips lists that are longer than any list of
// names in a program.
std::string nearest_beginning(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr size_t kLeast = 3, kMostLetters = 100, kMostCandidates = 1'000;
  if (word.size() < kLeast || word.size() > kMostLetters || candidates.size() > kMostCandidates) return "";
  for (const std::string& candidate : candidates) {
    for (size_t size = word.size(); size <= std::min(word.size() + 1, candidate.size()); ++size) {
      if (edit_distance(word, std::string_view(candidate).substr(0, size)) <= 1) return candidate;
    }
  }
  return "";
}

}  // namespace

void set_path(Value& root, std::string_view path, Value value) {
  Value* at = &root;
  for (size_t begin = 0;;) {
    const size_t dot = path.find('.', begin);
    const std::string_view key = path.substr(begin, dot == path.npos ? path.npos : dot - begin);
    if (key.empty()) throw usage_error("'{}': need a path like training.epochs", path);
    at = &step_into(*at, key, path);
    if (dot == path.npos) break;
    begin = dot + 1;
  }
  *at = std::move(value);
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (std::string whole = shortest_beginning_with(word, candidates); !whole.empty()) return whole;
  // Limits the time to some milliseconds: a large catalogue is not compared completely, and two long texts
  // not at all.
  constexpr size_t kMostWork = 4'000'000;
  const LetterCounts letters(word);
  std::string best;
  size_t best_distance = most_edits(word) + 1, work = 0;
  for (const std::string& candidate : candidates) {
    // The edit distance is at least the difference in length. A name in a request may be a megabyte long.
    const size_t longer = std::max(word.size(), candidate.size()),
                 shorter = std::min(word.size(), candidate.size());
    if (++work > kMostWork) break;
    if (longer - shorter >= best_distance || candidate.size() > kMostWork) continue;
    if ((work += candidate.size()) > kMostWork) break;
    if (letters.fewest_edits(candidate) >= best_distance) continue;
    const size_t cells = word.size() * candidate.size();
    if (work + cells > kMostWork) continue;
    work += cells;
    const size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best.empty() ? nearest_beginning(word, candidates) : best;
}

}  // namespace shortlist
