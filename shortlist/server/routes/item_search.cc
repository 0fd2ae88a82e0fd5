#include "shortlist/server/routes/item_search.h"

#include <algorithm>
#include <bit>

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

constexpr size_t kStride = 256;  // texts between two checks of the deadline
constexpr int kNoMatch = 4;

// 0 is best: equal, begins with the query, has a later word that begins with it, contains its words.
int rank_of(std::string_view text, std::string_view query, const std::vector<std::string_view>& words) {
  for (std::string_view word : words)
    if (text.find(word) == text.npos) return kNoMatch;
  if (text == query) return 0;
  if (text.starts_with(query)) return 1;
  for (size_t at = text.find(query); at != text.npos; at = text.find(query, at + 1))
    if (text[at - 1] == ' ') return 2;
  return 3;
}

}  // namespace

ItemSearch::ItemSearch(const std::vector<std::string>& texts) : blocks_(texts.size()) {
  ends_.reserve(texts.size() + 1);
  for (const std::string& text : texts) {
    const std::string words = folded(text);
    blocks_.add(size(), words);
    bytes_ += words;
    ends_.push_back(bytes_.size());
  }
}

class ItemSearch::Run {
 public:
  Run(const ItemSearch& search, std::string_view query, size_t most, const Deadline& deadline,
      const std::vector<uint8_t>& allowed)
      : search_(search), query_(folded(query)), most_(most), deadline_(deadline), allowed_(allowed) {}

  FoundItems find() {
    std::vector<std::string_view> words = words_of(query_);
    if (words.empty()) return all();
    const std::string_view first = words.front();
    // Each word once, since a query may repeat one thousands of times.
    std::ranges::sort(words);
    words.erase(std::unique(words.begin(), words.end()), words.end());
    const GramBlocks& blocks = search_.blocks_;
    const GramBlocks::Bits with_all = blocks.with_all(words);
    const GramBlocks::Bits with_phrase = blocks.with_phrase(with_all, query_);
    add_ranked(0, blocks.with_text(with_phrase, query_), words);
    add_ranked(1, blocks.with_first_word(with_phrase, first), words);
    add_ranked(2, blocks.with_later_word(with_phrase, first), words);
    add_ranked(3, with_all, words);
    found_.total = found_.items.size();
    found_.exact = !is_full();
    return std::move(found_);
  }

 private:
  // Without words, all matches are known or take one pass over `allowed`.
  FoundItems all() {
    for (uint32_t item = 0; item < search_.size() && !is_full(); ++item) add(item);
    found_.total = search_.size() - static_cast<uint64_t>(std::ranges::count(allowed_, 0));
    return std::move(found_);
  }

  // Adds the items of these blocks whose texts have the rank.
  void add_ranked(int rank, const GramBlocks::Bits& blocks, const std::vector<std::string_view>& words) {
    for (size_t i = 0; i < blocks.size(); ++i) {
      for (uint64_t rest = blocks[i]; rest != 0 && !is_full(); rest &= rest - 1) {
        const size_t begin = (64 * i + static_cast<size_t>(std::countr_zero(rest))) * GramBlocks::kTexts;
        const size_t end = std::min(begin + GramBlocks::kTexts, search_.size());
        for (size_t item = begin; item < end && !is_full(); ++item) {
          if (found_.compared++ % kStride == 0) deadline_.check();
          if (rank_of(search_.text(item), query_, words) == rank) add(static_cast<uint32_t>(item));
        }
      }
    }
  }

  void add(uint32_t item) {
    if (allowed_.empty() || allowed_[item] != 0) found_.items.push_back(item);
  }
  bool is_full() const { return found_.items.size() >= most_; }

  const ItemSearch& search_;
  const std::string query_;
  const size_t most_;
  const Deadline& deadline_;
  const std::vector<uint8_t>& allowed_;
  FoundItems found_;
};

FoundItems ItemSearch::find(std::string_view query, size_t most, const Deadline& deadline,
                            const std::vector<uint8_t>& allowed) const {
  return Run(*this, query, most, deadline, allowed).find();
}

}  // namespace shortlist
