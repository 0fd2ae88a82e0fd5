#include "shortlist/losses/pairwise_loss.h"

#include <gtest/gtest.h>

#include <numeric>

#include "shortlist/losses/retrieval_losses.h"
#include "shortlist/testing/loss_check.h"
#include "shortlist/testing/retrieval_example.h"

namespace shortlist {
namespace {

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double count(const SlowScores& x) { return std::accumulate(x.counts.begin(), x.counts.end(), 0.0); }

// The mean over the negatives of loss(s, s_j); 0 without negatives.
template <typename LossOf>
double mean(const SlowScores& x, LossOf loss) {
  double sum = 0;
  for (size_t j = 0; j < x.scores.size(); ++j) sum += x.counts[j] * loss(x.scores[j]);
  return x.scores.empty() ? 0 : sum / count(x);
}

struct Case {
  const char* name;
  PairFormulaPtr (*formula)();
  SlowFormula slow;
};

const std::vector<Case>& all_cases() {
  static const std::vector<Case> cases = {
      {"sampled_softmax", [] { return sampled_softmax_formula(); }, slow_softmax},
      {"bpr", [] { return bpr_formula(); },
       [](const SlowScores& x) { return mean(x, [&](double s) { return softplus(s - x.own); }); }},
      {"hinge", [] { return hinge_formula(0.7); },
       [](const SlowScores& x) { return mean(x, [&](double s) { return std::max(0.0, 0.7 - x.own + s); }); }},
      {"cosine_contrastive", [] { return cosine_contrastive_formula(0.4, 3); },
       [](const SlowScores& x) {
         return 1 - x.own + 3 * mean(x, [&](double s) { return std::max(0.0, s - 0.4); });
       }},
      {"binary_crossentropy", [] { return binary_formula(); },
       [](const SlowScores& x) {
         return softplus(-x.own) + count(x) * mean(x, [](double s) { return softplus(s); });
       }},
      {"gbce", [] { return gbce_formula(0.6); },
       [](const SlowScores& x) {
         const double k = count(x), a = std::min(1.0, k / (static_cast<double>(x.items) - 1));
         const double beta = k == 0 ? 0.4 : a * (0.6 * (1 - 1 / a) + 1 / a);
         const double negatives = k * mean(x, [](double s) { return softplus(s); });
         return (beta * softplus(-x.own) + negatives) / (1 + k);
       }},
  };
  return cases;
}

RetrievalExample example_with(const std::string& source, AccidentalHits hits, bool corrected) {
  RetrievalExample example(9, 17, 30);
  if (source == "pairs" || source == "both") example.draw_for_pairs(4);
  if (source == "drawn" || source == "both") example.draw_for_all();
  if (hits == AccidentalHits::user) example.exclude();
  if (corrected) example.sample_unevenly();
  return example;
}

// Every loss with every source of negatives and every rule for accidental hits.
TEST(PairwiseLoss, AgreesWithOnePairAfterAnother) {
  for (const Case& c : all_cases()) {
    for (const AccidentalHits hits : {AccidentalHits::none, AccidentalHits::item, AccidentalHits::user}) {
      for (const char* source : {"batch", "drawn", "pairs", "both"}) {
        SCOPED_TRACE(fmt::format("{}, accidental hits {}, {}", c.name, enum_name(hits), source));
        const RetrievalExample example = example_with(source, hits, c.formula()->is_corrected());
        PairwiseLoss loss(c.formula(), {.temperature = 0.8f, .accidental_hits = hits});
        expect_close(example.run(loss), slow_loss(example, c.slow, 0.8f, hits));
      }
    }
  }
}

TEST(PairwiseLoss, AgreesWithManyBlocks) {
  RetrievalExample example(120, 150, 200);
  example.draw_for_pairs(3);
  example.draw_for_all();
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(c.name);
    PairwiseLoss loss(c.formula(), {.accidental_hits = AccidentalHits::item});
    expect_close(example.run(loss, 2, 0.25), slow_loss(example, c.slow, 1, AccidentalHits::item), 0.25);
  }
}

TEST(PairwiseLoss, GradientsMatchFiniteDifferences) {
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(c.name);
    for (const Reduction reduction : {Reduction::sum, Reduction::mean}) {
      PairwiseLoss loss(c.formula(), {.reduction = reduction, .temperature = 0.7f});
      // The kinks of hinges lie between the two points of some differences.
      const std::string name = c.name;
      if (name != "hinge" && name != "cosine_contrastive") expect_gradients_match(loss);
    }
  }
}

TEST(PairwiseLoss, GivesTheSameBitsWithAnyNumberOfThreads) {
  RetrievalExample example(120, 150, 200);
  example.draw_for_pairs(3);
  example.draw_for_all();
  for (const Case& c : all_cases()) {
    PairwiseLoss loss(c.formula(), {.accidental_hits = AccidentalHits::item});
    expect_same_bits_for_any_threads(example, loss);
  }
}

TEST(PairwiseLoss, StaysFiniteWithLargeScores) {
  RetrievalExample example(9, 17, 30, 1, 40);
  example.draw_for_pairs(4);
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(c.name);
    PairwiseLoss loss(c.formula(), {});
    const RetrievalResult result = example.run(loss),
                          slow = slow_loss(example, c.slow, 1, AccidentalHits::none);
    EXPECT_NEAR(result.loss, slow.loss, 1e-5 * slow.loss);
    for (const double x : result.dv) EXPECT_TRUE(std::isfinite(x));
  }
}

TEST(PairwiseLoss, MatchesTheWorkedExamples) {
  // One pair with the score 1 and one negative with the score 0.
  const float own[] = {1}, negative[] = {0}, one[] = {1};
  std::vector<float> slope(1);
  const auto at = [&](const PairFormulaPtr& formula) {
    return formula->at({.own = own[0], .negatives = negative, .weights = one, .count = 1, .items = 3}, slope);
  };
  EXPECT_NEAR(at(bpr_formula()).loss, std::log(1 + std::exp(-1)), 1e-7);
  EXPECT_NEAR(slope[0], 1 / (1 + std::exp(1)), 1e-7);
  EXPECT_NEAR(at(hinge_formula(1.25)).loss, 0.25, 1e-7);
  EXPECT_NEAR(at(cosine_contrastive_formula(-0.5, 2)).loss, 0 + 2 * 0.5, 1e-7);
  EXPECT_NEAR(at(sampled_softmax_formula()).loss, std::log(1 + std::exp(-1)), 1e-7);
  EXPECT_NEAR(at(binary_formula()).loss, std::log(1 + std::exp(-1)) + std::log(2), 1e-7);
  // a = 1 / 2 and beta = 1/2 (0.5 (1 - 2) + 2) = 0.75.
  EXPECT_NEAR(at(gbce_formula(0.5)).loss, (0.75 * std::log(1 + std::exp(-1)) + std::log(2)) / 2, 1e-7);
}

TEST(RetrievalLoss, EachLossHasItsOwnNegatives) {
  const auto negatives = [](const char* name) {
    RetrievalLoss loss;
    read_value(Value(std::string(name)), loss.kind, {});
    return loss.resolved_negatives();
  };
  EXPECT_TRUE(negatives("in_batch_softmax").in_batch);
  EXPECT_FALSE(negatives("in_batch_softmax").adds_candidates());
  EXPECT_EQ(negatives("in_batch_softmax").accidental_hits, AccidentalHits::none);
  EXPECT_TRUE(negatives("full_softmax").catalogue);
  EXPECT_EQ(negatives("gbce").uniform, 256);
  EXPECT_TRUE(negatives("gbce").per_pair);
  EXPECT_EQ(negatives("sampled_softmax").accidental_hits, AccidentalHits::item);
  EXPECT_FALSE(negatives("sampled_softmax").in_batch);
}

TEST(RetrievalLoss, ANumberThatIsSetReplacesTheDefault) {
  RetrievalLoss loss;
  read_value(Value(std::string("gbce")), loss.kind, {});
  loss.negatives.popularity = 20;
  loss.negatives.power = 0.5;
  loss.negatives.per_pair = false;
  const Negatives negatives = loss.resolved_negatives();
  EXPECT_EQ(negatives.uniform, 0);
  EXPECT_EQ(negatives.popularity, 20);
  EXPECT_EQ(negatives.power, 0.5);
  EXPECT_FALSE(negatives.per_pair);
}

}  // namespace
}  // namespace shortlist
