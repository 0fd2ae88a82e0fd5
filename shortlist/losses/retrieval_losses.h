// The losses that the [retrieval] section can name.
#pragma once

#include "shortlist/losses/in_batch_softmax.h"
#include "shortlist/losses/loss_choice.h"

namespace shortlist {

enum class RetrievalLossKind : size_t {};

// To add a loss, add a line here.
using RetrievalLossChoice = LossChoice<RetrievalLossKind,  //
                                       InBatchSoftmaxSettings>;

template <>
struct EnumNames<RetrievalLossKind> {
  static constexpr auto names = RetrievalLossChoice::kNames;
};

struct RetrievalLoss : RetrievalLossChoice {
  LossPtr make(const LossOptions& options) const;
};

}  // namespace shortlist
