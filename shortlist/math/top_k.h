// The k best of a row of scores.
#pragma once

#include <cstdint>
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

// Keeps the k best of what it is shown; feeding in any order gives the same result. NaN is never kept.
class TopK {
 public:
  explicit TopK(size_t k) : k_(k) {}
  void push(Scored candidate);
  // scores[j] belongs to index first + j. Skips fast what cannot enter.
  void push(std::span<const float> scores, uint32_t first);
  // scores[j] belongs to indices[j].
  void push(std::span<const float> scores, std::span<const uint32_t> indices);
  // What a score needs to enter: the worst kept one's, or no less, as its index decides. -inf until k are
  // kept.
  float least() const;
  // Best first; empties it.
  std::vector<Scored> take();

 private:
  template <typename IndexOf>
  void push_all(std::span<const float> scores, IndexOf index_of);

  size_t k_;
  std::vector<Scored> heap_;  // worst on top
};

}  // namespace shortlist
