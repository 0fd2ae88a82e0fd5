// Compares losses with Keras 2.15 and TensorFlow Recommenders. The fixtures were written by
// tests/parity/losses.py.
#include <numeric>

#include "shortlist/losses/in_batch_softmax.h"
#include "shortlist/losses/ranking_losses.h"
#include "shortlist/testing/fixture.h"

namespace shortlist {
namespace {

struct RankingSettings {
  RankingLoss loss;
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("loss", loss.kind, "");
    loss.fields(visit);
  }
};

TEST(Parity, RankingLossesAreThoseOfKeras) {
  for (const FixtureCase& c : fixture_cases("rating_losses")) {
    SCOPED_TRACE(c.name);
    RankingSettings settings;
    read_fields(c.settings, settings, {});
    std::vector<float> scores(c.floats("predictions").begin(), c.floats("predictions").end());
    const size_t n = scores.size();
    std::vector<uint32_t> rows(n);
    std::iota(rows.begin(), rows.end(), 0);
    Buffer slopes(n, 1);
    ThreadPool pool(1);
    const double loss = settings.loss.make()->run(pool,
                                                  {.rows = n,
                                                   .scores = {{scores.data(), n, 1, 1}, slopes.view(n, 1)},
                                                   .labels = {c.floats("labels"), rows},
                                                   .weights = {c.floats("weights"), rows}},
                                                  1);
    EXPECT_NEAR(loss, c.number("loss"), kParityTolerance * loss);
    expect_parity(slopes.span(), c.floats("dpredictions"), "dpredictions");
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

// TensorFlow processes every row separately. Here, each distinct query and candidate occurs once, with the
// pairs of each query.
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
                                 {.rows = row_query.size(),
                                  .queries = {u.view(queries, dim), du.view(queries, dim)},
                                  .candidates = {v.view(candidates, dim), dv.view(candidates, dim)},
                                  .candidate_multiplicity = multiplicity,
                                  .candidate_log_share = log_share,
                                  .pairs_of_query = {offsets, pairs},
                                  .pair_candidate = row_candidate,
                                  .pair_weight = c.floats("weights")},
                                 1);
    EXPECT_NEAR(loss, c.number("loss"), kParityTolerance * loss);
    expect_parity(du.span(), c.floats("dqueries"), "dqueries");
    expect_parity(dv.span(), c.floats("dcandidates"), "dcandidates");
  }
}

struct NegativeSettings {
  float temperature = 1;
  int hard_negatives = 0;
  AccidentalHits accidental_hits = AccidentalHits::none;
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("temperature", temperature, "");
    visit("hard_negatives", hard_negatives, "");
    visit("accidental_hits", accidental_hits, "");
  }
};

// Row r has query r and candidate r of the batch.
TEST(Parity, CorrectionsOfTheRetrievalLossAreThoseOfTensorFlowRecommenders) {
  for (const FixtureCase& c : fixture_cases("retrieval_negatives")) {
    SCOPED_TRACE(c.name);
    NegativeSettings settings;
    read_fields(c.settings, settings, {});
    const size_t rows = c.at("queries").shape[0], candidates = c.at("candidates").shape[0];
    const size_t width = c.at("queries").shape[1], dim = c.at("candidates").shape[1];
    std::vector<uint32_t> offsets(rows + 1), excluded_offsets, excluded;
    std::iota(offsets.begin(), offsets.end(), 0);
    const auto is_excluded = c.integers<uint32_t>("excluded");
    if (!is_excluded.empty()) excluded_offsets.push_back(0);
    for (size_t r = 0; !is_excluded.empty() && r < rows; ++r) {
      for (uint32_t j = 0; j < candidates; ++j)
        if (is_excluded[r * candidates + j] != 0) excluded.push_back(j);
      excluded_offsets.push_back(static_cast<uint32_t>(excluded.size()));
    }
    std::vector<float> log_share;
    for (const float share : c.floats("shares")) log_share.push_back(std::log(share));
    const auto ids = c.integers<uint32_t>("ids");
    const std::vector<float> ones(candidates, 1);
    const Buffer u = buffer_of(c.floats("queries")), v = buffer_of(c.floats("candidates"));
    Buffer du(rows, width), dv(candidates, dim);
    ThreadPool pool(2);
    InBatchSoftmax softmax(settings.temperature, {.accidental_hits = settings.accidental_hits,
                                                  .hard_negatives = settings.hard_negatives});
    const double loss = softmax.run(pool,
                                    {.rows = rows,
                                     .queries = {u.view(rows, width), du.view(rows, width)},
                                     .candidates = {v.view(candidates, dim), dv.view(candidates, dim)},
                                     .candidate_multiplicity = ones,
                                     .candidate_log_share = log_share,
                                     .pairs_of_query = {offsets, std::span(offsets).first(rows)},
                                     .pair_candidate = std::span(offsets).first(rows),
                                     .pair_weight = c.floats("weights"),
                                     .candidate_item = ids,
                                     .excluded_of_query = {excluded_offsets, excluded}},
                                    1);
    EXPECT_NEAR(loss, c.number("loss"), kParityTolerance * std::max(1.0, std::abs(loss)));
    expect_parity(du.span(), c.floats("dqueries"), "dqueries");
    expect_parity(dv.span(), c.floats("dcandidates"), "dcandidates");
  }
}

}  // namespace
}  // namespace shortlist
