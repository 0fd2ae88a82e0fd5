// The losses that a [[ranking]] section can name. All are means over the rows of a batch.
#pragma once

#include "shortlist/losses/binary_crossentropy.h"
#include "shortlist/losses/huber.h"
#include "shortlist/losses/log_cosh.h"
#include "shortlist/losses/loss_choice.h"
#include "shortlist/losses/mean_absolute_error.h"
#include "shortlist/losses/mean_squared_error.h"

namespace shortlist {

enum class RankingLossKind : size_t {};

// To add a loss, add a line here.
using RankingLossChoice = LossChoice<RankingLossKind,     //
                                     MeanSquaredError,    //
                                     MeanAbsoluteError,   //
                                     Huber,               //
                                     BinaryCrossentropy,  //
                                     LogCosh>;

template <>
struct EnumNames<RankingLossKind> {
  static constexpr auto names = RankingLossChoice::kNames;
};

struct RankingLoss : RankingLossChoice {
  // What the scores of the chosen loss predict.
  Prediction prediction() const;
  LossPtr make() const;
};

}  // namespace shortlist
