// The k best scores of a row.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace shortlist {

struct Scored {
  uint32_t index = 0;
  float score = 0;
  // Better first: the higher score or, for equal scores, the lower index (as in tf.math.top_k).
  friend bool better(const Scored& a, const Scored& b) {
    return a.score > b.score || (a.score == b.score && a.index < b.index);
  }
};

// Keeps the k best of the scores pushed and all others whose score is at most `slack` below the k-th best.
// The order of pushing does not matter. An index must be pushed only once. NaN is never kept.
class TopK {
 public:
  explicit TopK(size_t k, float slack = 0) { reset(k, slack); }
  // Resets to a new state. Keeps its memory if that is small.
  void reset(size_t k, float slack = 0);
  void push(Scored candidate) { push({&candidate.score, 1}, {&candidate.index, 1}); }
  // scores[j] belongs to index first + j. Quickly skips scores that cannot enter.
  void push(std::span<const float> scores, uint32_t first);
  // scores[j] belongs to indices[j].
  void push(std::span<const float> scores, std::span<const uint32_t> indices);
  // Returns the best, best first, and clears the list.
  std::vector<Scored> take();
  // Appends the indices of all entries kept, in any order, and possibly of some that no longer belong to
  // them. Clears the list.
  void take_indices(std::vector<uint32_t>& to);

 private:
  template <typename IndexOf>
  void push_all(std::span<const float> scores, IndexOf index_of);
  void leave_out_the_worst();

  size_t k_;
  float slack_;
  float least_;  // at least k of the entries have this score or more
  // All that may be among the best, and some that no longer are. A greater key is a better candidate.
  std::vector<int64_t> keys_;
  size_t most_keys_;
};

// The k best of a row of at most kRow scores in one call, best first, equal to the result of a TopK.
constexpr size_t kRow = 1024;
std::vector<Scored> best_of_row(std::span<const float> scores, size_t k);

// The k best of a few scores (at most kFewKeys of math/selection.h) in one call, best first. scores[j]
// belongs to indices[j].
std::vector<Scored> best_of_few(std::span<const float> scores, std::span<const uint32_t> indices, size_t k);

}  // namespace shortlist
