// How alike items are: similarities of one item to all, in the catalogue's order. Throw DeadlinePassed.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/base/fields.h"

namespace shortlist {

struct Items;
struct UserRatings;

struct SimilarItem {
  uint32_t item = 0;
  double similarity = 0;
};
enum class Similarity { learned, jaccard, cosine };
template <>
struct EnumNames<Similarity> {
  static constexpr std::pair<Similarity, std::string_view> names[] = {
      {Similarity::learned, "learned"}, {Similarity::jaccard, "jaccard"}, {Similarity::cosine, "cosine"}};
};

// |A and B| / |A or B| over the attributes' values, each attribute's values apart. Needs attributes.
std::vector<double> jaccard_similarities(const Items& items, uint32_t item, const Deadline& deadline = {});
// Cosine over users of their ratings with each user's mean taken off; of several ratings of an item by a
// user, their mean. Needs ratings by user.
std::vector<double> rating_similarities(const UserRatings& ratings, size_t item_count, uint32_t item,
                                        const Deadline& deadline = {});

// The k highest, best first, without the item itself; of equal ones the first in the catalogue.
std::vector<SimilarItem> most_similar(const std::vector<double>& similarities, uint32_t item, int k);

}  // namespace shortlist
