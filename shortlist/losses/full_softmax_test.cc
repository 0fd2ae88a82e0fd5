#include "shortlist/losses/full_softmax.h"

#include <gtest/gtest.h>

#include "shortlist/losses/in_batch_softmax.h"
#include "shortlist/testing/loss_check.h"
#include "shortlist/testing/retrieval_example.h"

namespace shortlist {
namespace {

TEST(FullSoftmax, AgreesWithOnePairAfterAnother) {
  for (const AccidentalHits hits : {AccidentalHits::none, AccidentalHits::item, AccidentalHits::user}) {
    for (const double size : {1.0, 12.0}) {
      SCOPED_TRACE(fmt::format("accidental hits {}, size {}", enum_name(hits), size));
      RetrievalExample example(9, 17, 30, 1, size);
      example.take_catalogue();
      if (hits == AccidentalHits::user) example.exclude();
      FullSoftmax loss({.temperature = 0.8f, .accidental_hits = hits});
      expect_close(example.run(loss), slow_loss(example, slow_softmax, 0.8f, hits));
    }
  }
}

// Several chunks of candidates and blocks of queries.
TEST(FullSoftmax, AgreesWithTheInBatchSoftmax) {
  for (const Reduction reduction : {Reduction::sum, Reduction::mean}) {
    RetrievalExample example(210, 2900, 300);
    example.take_catalogue();
    FullSoftmax full({.reduction = reduction});
    InBatchSoftmax in_batch(1, {.reduction = reduction});
    expect_close(example.run(full, 2, 0.5), example.run(in_batch, 2, 0.5));
    example.exclude();
    FullSoftmax full_of_user({.reduction = reduction, .accidental_hits = AccidentalHits::user});
    InBatchSoftmax in_batch_of_user(1, {.reduction = reduction, .accidental_hits = AccidentalHits::user});
    expect_close(example.run(full_of_user), example.run(in_batch_of_user));
  }
}

TEST(FullSoftmax, GradientsMatchFiniteDifferences) {
  FullSoftmax loss({.reduction = Reduction::mean, .temperature = 0.7f});
  expect_gradients_match(loss);
}

TEST(FullSoftmax, GivesTheSameBitsWithAnyNumberOfThreads) {
  RetrievalExample example(210, 2900, 300);
  example.take_catalogue();
  FullSoftmax loss({});
  expect_same_bits_for_any_threads(example, loss);
}

TEST(FullSoftmax, BatchesOfDifferentSizesUseTheSameMemory) {
  FullSoftmax loss({});
  for (const size_t queries : {40, 210, 3}) {
    RetrievalExample example(queries, 10 * queries, queries + 5, queries);
    example.take_catalogue();
    expect_close(example.run(loss), slow_loss(example, slow_softmax, 1, AccidentalHits::none));
  }
}

}  // namespace
}  // namespace shortlist
