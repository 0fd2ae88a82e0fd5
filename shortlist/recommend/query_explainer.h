// Takes a score apart into what each of the query's features gives to it.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/base/fields.h"
#include "shortlist/model/parameters.h"
#include "shortlist/model/plan.h"

namespace shortlist {

// additive: the query tower is affine, so the score is a sum over the features, and the parts are exact.
// integrated_gradients: the gradient of the score by each feature's vector, averaged over the straight way
// from zeros to the vectors (Sundararajan et al. 2017); the parts, too, add up to the score.
enum class Attribution { additive, integrated_gradients };
template <>
struct EnumNames<Attribution> {
  static constexpr std::pair<Attribution, std::string_view> names[] = {
      {Attribution::additive, "additive"}, {Attribution::integrated_gradients, "integrated_gradients"}};
};

// A feature that is left out gives zeros, as one without a value does.
class QueryExplainer {
 public:
  // Copies what it needs of the parameters.
  QueryExplainer(const ModelSpec& model, const Parameters& parameters);

  size_t features() const { return tables_.size(); }
  Attribution method() const { return method_; }

  // From now on explains the query whose features give these vectors: one a feature, in the tower's order.
  void set_query(std::vector<std::vector<float>> vectors);

  // The tower's output without each feature in turn. Valid until the next call.
  ConstMatrix leave_each_out();

  // score = constant + the sum of the parts.
  struct Parts {
    double constant = 0;
    std::vector<double> features;
  };
  // For each candidate's embedding. Throws DeadlinePassed.
  std::vector<Parts> parts(const std::vector<std::span<const float>>& candidates,
                           const Deadline& deadline = {});

 private:
  // Sets row `row` of feature `feature`'s vector: scale times the query's own.
  void place(size_t row, size_t feature, float scale);
  ConstMatrix forward(size_t rows);
  std::vector<Parts> additive_parts(const std::vector<std::span<const float>>& candidates);
  Parts integrate(std::span<const float> candidate);
  // Adds up the parts over `steps` points of the way; their sum approaches score - constant.
  std::vector<double> walk(std::span<const float> candidate, size_t steps);

  ModelSpec tower_;  // its features are tables, whose rows are what place() says
  std::unique_ptr<Parameters> parameters_;
  std::vector<ParameterState*> tables_;
  std::vector<std::vector<float>> vectors_;
  std::unique_ptr<Plan> plan_;
  ThreadPool pool_{1};
  EncodedRows rows_;
  Attribution method_ = Attribution::additive;
};

}  // namespace shortlist
