// Similarities of one item to all items, in catalogue order. The functions throw DeadlinePassed.
#pragma once

#include <optional>
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

// A and B| / |A or B| over the values of all attributes but `image`; equal values of different attributes are
// distinct. Needs attributes.
std::vector<double> jaccard_similarities(const Items& items, uint32_t item,
                                         std::optional<size_t> image = std::nullopt,
                                         const Deadline& deadline = {});
// Cosine over users of their ratings after subtracting each user's mean. Several ratings of an item by a user
// are averaged. Needs ratings by user.
std::vector<double> rating_similarities(const UserRatings& ratings, size_t item_count, uint32_t item,
                                        const Deadline& deadline = {});

// The k highest, best first, without the item itself. Ties go to the item that comes first in the catalogue.
std::vector<SimilarItem> most_similar(const std::vector<double>& similarities, uint32_t item, int k);

}  // namespace shortlist
