#include "shortlist/server/routes/item_search.h"

#include <algorithm>

#include "shortlist/features/utf8.h"

namespace shortlist {
namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// Folded, with single spaces between words.
std::string folded(std::string_view text) {
  std::string spaced, joined;
  fold_unicode(text, spaced);
  for (std::string_view word : words_of(spaced)) {
    if (!joined.empty()) joined += ' ';
    joined += word;
  }
  return joined;
}

constexpr int kRanks = 4;
constexpr size_t kStride = 256;  // items between two checks of the deadline

// 0 is best; kRanks: does not match.
int rank_of(std::string_view text, std::string_view query, const std::vector<std::string_view>& words) {
  for (std::string_view word : words)
    if (text.find(word) == text.npos) return kRanks;
  if (text == query) return 0;
  if (text.starts_with(query)) return 1;
  for (size_t at = text.find(query); at != text.npos; at = text.find(query, at + 1))
    if (text[at - 1] == ' ') return 2;
  return 3;
}

}  // namespace

ItemSearch::ItemSearch(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    bytes_ += folded(text);
    ends_.push_back(bytes_.size());
  }
}

std::vector<uint32_t> ItemSearch::find(std::string_view query, const Deadline& deadline) const {
  const std::string wanted = folded(query);
  // Each word once, since a query may repeat one thousands of times.
  std::vector<std::string_view> words = words_of(wanted);
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  std::vector<uint32_t> found[kRanks + 1];
  for (size_t item = 0; item + 1 < ends_.size(); ++item) {
    if (item % kStride == 0) deadline.check();
    const int rank = words.empty() ? 0 : rank_of(text(item), wanted, words);
    if (rank < kRanks) found[rank].push_back(static_cast<uint32_t>(item));
  }
  for (int rank = 1; rank < kRanks; ++rank)
    found[0].insert(found[0].end(), found[rank].begin(), found[rank].end());
  return std::move(found[0]);
}

}  // namespace shortlist
