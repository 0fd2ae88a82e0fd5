// The negatives of a retrieval loss: the candidates to which a row's own candidate is compared.
#pragma once

#include <cstddef>
#include <optional>

#include "shortlist/base/fields.h"

namespace shortlist {

// Which candidates are not negatives of a pair although they were drawn or occur in the batch.
enum class AccidentalHits {
  none,  // none: copies of the pair's own item count as negatives
  item,  // those of the pair's own item
  user,  // these, and those of all items that the query's users took in the training rows
};
template <>
struct EnumNames<AccidentalHits> {
  static constexpr std::pair<AccidentalHits, std::string_view> names[] = {
      {AccidentalHits::none, "none"}, {AccidentalHits::item, "item"}, {AccidentalHits::user, "user"}};
};

// retrieval.negatives.
struct NegativesConfig {
  std::optional<bool> in_batch;
  std::optional<int> uniform, popularity;
  double power = 0.75;
  int earlier = 0;
  std::optional<bool> per_pair;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("in_batch", in_batch,
          "Whether the items of the batch's other rows are negatives. The default depends on the loss.");
    visit("uniform", uniform,
          "Number of items drawn from all items with equal probability. If neither this nor popularity is "
          "set, the default depends on the loss.",
          Range::at_least(0));
    visit("popularity", popularity,
          "Number of items drawn with a probability proportional to their number of training rows to the "
          "power `power`",
          Range::at_least(0));
    visit("power", power, "The power of `popularity`. 0 draws all items alike, 1 as often as they occur.",
          Range::at_least(0));
    visit("earlier", earlier,
          "Number of rows before the batch, in the order of the epoch, whose items are also negatives "
          "(cross-batch negatives)",
          Range::at_least(0));
    visit("per_pair", per_pair,
          "Draw `uniform` and `popularity` items for each distinct pair of the batch, not once for the whole "
          "batch. The default depends on the loss.");
  }
};

// The same with the defaults of a loss.
struct Negatives {
  bool in_batch = true;
  bool catalogue = false;  // all items, each once; nothing is drawn
  size_t uniform = 0, popularity = 0, earlier = 0;
  double power = 0.75;
  bool per_pair = false;
  AccidentalHits accidental_hits = AccidentalHits::none;

  size_t drawn() const { return uniform + popularity; }
  // Whether a batch has other negatives than its own candidates.
  bool adds_candidates() const { return catalogue || drawn() > 0 || earlier > 0; }
};

}  // namespace shortlist
