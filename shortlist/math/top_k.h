// The k best of a row of scores.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace shortlist {

struct Scored {
  uint32_t index = 0;
  float score = 0;
  // Better first: the higher score, and of equal scores the lower index (as tf.math.top_k).
  friend bool better(const Scored& a, const Scored& b) {
    return a.score > b.score || (a.score == b.score && a.index < b.index);
  }
};

// Keeps the k best of what it is shown, and beside them all whose score is at most `slack` below the k-th's;
// feeding in any order gives the same result. An index is shown once. NaN is never kept.
class TopK {
 public:
  explicit TopK(size_t k, float slack = 0) { reset(k, slack); }
  // As if it were new, but for its memory, which it keeps where that is little.
  void reset(size_t k, float slack = 0);
  void push(Scored candidate) { push({&candidate.score, 1}, {&candidate.index, 1}); }
  // scores[j] belongs to index first + j. Skips fast what cannot enter.
  void push(std::span<const float> scores, uint32_t first);
  // scores[j] belongs to indices[j].
  void push(std::span<const float> scores, std::span<const uint32_t> indices);
  // Best first; empties it.
  std::vector<Scored> take();
  // Appends the index of each of the kept, in any order, and maybe of some that are not among them any more;
  // empties it.
  void take_indices(std::vector<uint32_t>& to);

 private:
  template <typename IndexOf>
  void push_all(std::span<const float> scores, IndexOf index_of);
  void leave_out_the_worst();

  size_t k_;
  float slack_;
  float least_;  // so high are k of the kept at least
  // All that may be among the best, and some that are not any more: a key is greater, the better what it
  // stands for.
  std::vector<int64_t> keys_;
  size_t most_keys_;
};

// The k best of a row of at most kRow scores at once, best first, as of a TopK.
constexpr size_t kRow = 1024;
std::vector<Scored> best_of_row(std::span<const float> scores, size_t k);

// The k best of a few (kFewKeys in math/selection.h at most) at once, best first: scores[j] belongs to
// indices[j].
std::vector<Scored> best_of_few(std::span<const float> scores, std::span<const uint32_t> indices, size_t k);

}  // namespace shortlist
