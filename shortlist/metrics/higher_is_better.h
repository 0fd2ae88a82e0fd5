#pragma once

#include <string_view>

namespace shortlist {

// Whether more of a figure, such as "unseen_ndcg@10" or "auc of liked", is better: true unless it is a loss
// or in the list of errors.
bool higher_is_better(std::string_view name);

}  // namespace shortlist
