#include "shortlist/jobs/import_factors.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "shortlist/config/resolve.h"
#include "shortlist/jobs/finish.h"
#include "shortlist/learners/bpr_mf.h"
#include "shortlist/learners/kinds.h"
#include "shortlist/math/finite.h"

namespace shortlist {
namespace {

// A fitted learner.
class GivenLearner final : public Learner {
 public:
  GivenLearner(const LearnerInput& input, std::shared_ptr<const BprModel> model)
      : input_(input), model_(std::move(model)) {}
  void announce(TrainingCallback&) const override {}
  Fitted fit(const FitOptions&, TrainingCallback&, const std::atomic<bool>&) override { return {}; }
  std::unique_ptr<Retriever> make_retriever(bool searched) override {
    return make_bpr_retriever(model_, input_, searched);
  }

 private:
  const LearnerInput input_;
  std::shared_ptr<const BprModel> model_;
};

void check(const std::string& what, const std::vector<std::string>& ids, ConstMatrix factors) {
  if (ids.size() != factors.rows)
    throw usage_error("{} ids: got {}, but there are factors of {}", what, ids.size(), factors.rows);
  for (size_t r = 0; r < factors.rows; ++r)
    if (!all_finite(factors.row_span(r)))
      throw usage_error("{} '{}': its factors are not finite", what, ids[r]);
}

// The row of each id, by the first of equal ones.
std::unordered_map<std::string, size_t> rows_of(const std::vector<std::string>& ids) {
  std::unordered_map<std::string, size_t> rows;
  for (size_t r = 0; r < ids.size(); ++r) rows.emplace(ids[r], r);
  return rows;
}

// The factors of these ids, zero for those that are not given. Returns the number of those that are.
size_t fill(const std::vector<std::string>& ids, const std::vector<std::string>& given, ConstMatrix factors,
            FactorTable& table, std::vector<size_t>* missing = nullptr) {
  const auto rows = rows_of(given);
  table = FactorTable(ids.size(), factors.cols);
  size_t found = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto at = rows.find(ids[i]);
    if (at != rows.end()) {
      std::ranges::copy(factors.row_span(at->second), table.row(i));
      ++found;
    } else if (missing != nullptr) {
      missing->push_back(i);
    }
  }
  return found;
}

float greatest_norm(ConstMatrix factors) {
  double greatest = 0;
  for (size_t r = 0; r < factors.rows; ++r) {
    double squares = 0;
    for (float x : factors.row_span(r)) squares += double{x} * double{x};
    greatest = std::max(greatest, squares);
  }
  return static_cast<float>(std::sqrt(greatest));
}

std::shared_ptr<BprModel> model_of(const GivenFactors& given, const Dataset& data) {
  auto model = std::make_shared<BprModel>();
  model->options.factors = given.item_factors.cols;
  std::vector<size_t> missing;
  if (fill(data.items.ids, given.items, given.item_factors, model->factors.items, &missing) == 0)
    throw usage_error("none of the {} items of the factors is an item of the table, such as '{}'",
                      given.items.size(), data.items.ids.empty() ? "" : data.items.ids[0]);
  if (fill(data.users, given.users, given.user_factors, model->factors.users) == 0)
    throw usage_error("none of the {} users of the factors is a user of the table, such as '{}'",
                      given.users.size(), data.users.empty() ? "" : data.users[0]);
  std::vector<float>& biases = model->factors.biases;
  biases.assign(data.items.ids.size(), 0);
  const auto rows = rows_of(given.items);
  float least = 0;
  for (size_t i = 0; i < biases.size() && !given.item_biases.empty(); ++i) {
    const auto at = rows.find(data.items.ids[i]);
    if (at != rows.end()) biases[i] = given.item_biases[at->second];
    least = std::min(least, biases[i]);
  }
  // Below every score that a user with factors can give.
  const float lowest = least - 1 - greatest_norm(given.user_factors) * greatest_norm(given.item_factors);
  for (size_t item : missing) biases[item] = lowest;
  return model;
}

}  // namespace

EvaluationReport import_factors(const Config& config, const GivenFactors& given, const std::string& out,
                                int threads) {
  if (config.model.kind != BprMfSettings::kind)
    throw usage_error("factors become a model of kind \"{}\", but model.kind is \"{}\"", BprMfSettings::kind,
                      config.model.kind);
  check("user", given.users, given.user_factors);
  check("item", given.items, given.item_factors);
  if (given.user_factors.cols != given.item_factors.cols)
    throw usage_error("the users have {} factors, but the items {}", given.user_factors.cols,
                      given.item_factors.cols);
  if (!given.item_biases.empty() && given.item_biases.size() != given.items.size())
    throw usage_error("item biases: got {}, need {}, one for each item", given.item_biases.size(),
                      given.items.size());
  check_holds_no_run(out);
  const PreparedData prepared = prepare_data(resolve_data(config), Table::open(config.data.source()));
  const TrainSpec training = resolve_training(config);
  const ModelSpec none;
  ThreadPool pool(threads);
  GivenLearner learner({config.model, training, none, prepared, pool, config.query.all_features()},
                       model_of(given, prepared.data));
  const RunLock lock(out);
  check_holds_no_run(out);  // again: another run may have just ended
  TrainingCallback nobody;
  RunFiles files(config, out, prepared.data, nobody);
  return finish({config, training, prepared, learner, History()}, out, pool, files, {});
}

}  // namespace shortlist
