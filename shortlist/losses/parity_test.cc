// Holds the losses against what Keras 2.15 and TensorFlow Recommenders computed: tests/parity/losses.py wrote
// the fixtures.
#include "shortlist/losses/in_batch_softmax.h"
#include "shortlist/losses/rating_loss.h"
#include "shortlist/testing/fixture.h"

namespace shortlist {
namespace {

struct RatingSettings {
  RatingLoss loss = RatingLoss::mean_squared_error;
  double delta = 1;
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("loss", loss, "");
    visit("delta", delta, "");
  }
};

TEST(Parity, RatingLossesAreThoseOfKeras) {
  for (const FixtureCase& c : fixture_cases("rating_losses")) {
    SCOPED_TRACE(c.name);
    RatingSettings settings;
    read_fields(c.settings, settings, {});
    const auto predictions = c.floats("predictions"), labels = c.floats("labels"),
               weights = c.floats("weights");
    const double n = static_cast<double>(labels.size());  // Keras divides by the rows, not by their weights
    double loss = 0;
    std::vector<float> slopes;
    for (size_t i = 0; i < labels.size(); ++i) {
      const LossAt at = rating_loss(settings.loss, predictions[i], labels[i], settings.delta);
      loss += weights[i] * at.loss / n;
      slopes.push_back(static_cast<float>(weights[i] * at.derivative / n));
    }
    EXPECT_NEAR(loss, c.number("loss"), kParityTolerance * loss);
    expect_parity(slopes, c.floats("dpredictions"), "dpredictions");
  }
}

struct RetrievalSettings {
  float temperature = 1;
  bool sampling_correction = false;
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("temperature", temperature, "");
    visit("sampling_correction", sampling_correction, "");
  }
};

Buffer buffer_of(std::span<const float> values) {
  Buffer buffer(values.size());
  std::ranges::copy(values, buffer.data());
  return buffer;
}

// TensorFlow sees every row by itself; we see each distinct query and candidate once, with the pairs of each
// query.
TEST(Parity, TheRetrievalLossIsThatOfTensorFlowRecommenders) {
  for (const FixtureCase& c : fixture_cases("retrieval_losses")) {
    SCOPED_TRACE(c.name);
    RetrievalSettings settings;
    read_fields(c.settings, settings, {});
    const size_t queries = c.at("queries").shape[0], candidates = c.at("candidates").shape[0], dim = 9;
    const auto row_query = c.integers<uint32_t>("row_query"),
               row_candidate = c.integers<uint32_t>("row_candidate");
    std::vector<float> multiplicity(candidates), log_share;
    if (settings.sampling_correction) {
      for (float share : c.floats("shares")) log_share.push_back(std::log(share));
    }
    for (uint32_t candidate : row_candidate) multiplicity[candidate] += 1;
    std::vector<uint32_t> offsets = {0}, pairs;
    for (uint32_t q = 0; q < queries; ++q) {
      for (uint32_t r = 0; r < row_query.size(); ++r) {
        if (row_query[r] == q) pairs.push_back(r);
      }
      offsets.push_back(static_cast<uint32_t>(pairs.size()));
    }
    const Buffer u = buffer_of(c.floats("queries")), v = buffer_of(c.floats("candidates"));
    Buffer du(queries, dim), dv(candidates, dim);
    ThreadPool pool(2);
    const double loss = InBatchSoftmax(settings.temperature)
                            .run(pool,
                                 {u.view(queries, dim), v.view(candidates, dim), multiplicity, offsets, pairs,
                                  row_candidate, c.floats("weights"), log_share},
                                 1, du.view(queries, dim), dv.view(candidates, dim));
    EXPECT_NEAR(loss, c.number("loss"), kParityTolerance * loss);
    expect_parity(du.span(), c.floats("dqueries"), "dqueries");
    expect_parity(dv.span(), c.floats("dcandidates"), "dcandidates");
  }
}

}  // namespace
}  // namespace shortlist
