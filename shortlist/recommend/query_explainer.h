// Decomposes a score into contributions of the query's features.
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
// integrated_gradients: the gradient of the score with respect to each feature's vector, averaged along the
// straight path from zeros to the vectors (Sundararajan et al. 2017). These parts also sum to the score.
enum class Attribution { additive, integrated_gradients };
template <>
struct EnumNames<Attribution> {
  static constexpr std::pair<Attribution, std::string_view> names[] = {
      {Attribution::additive, "additive"}, {Attribution::integrated_gradients, "integrated_gradients"}};
};

// A feature that is left out contributes zeros, like a missing value.
class QueryExplainer {
 public:
  // Copies the parameters that it needs.
  QueryExplainer(const ModelSpec& model, const Parameters& parameters);

  size_t features() const { return tables_.size(); }
  Attribution method() const { return method_; }

  // Sets the query to explain by its features' vectors, in the tower's order: the outputs of the nodes that
  // read the feature, one after the other.
  void set_query(std::vector<std::vector<float>> vectors);

  // What rankings read of the query, which is usually the tower's output, without each feature in turn. Valid
  // until the next call.
  ConstMatrix leave_each_out();

  // score = constant + the sum of the parts.
  struct Parts {
    double constant = 0;
    std::vector<double> features;
  };
  // Returns the parts for each candidate embedding. Throws DeadlinePassed.
  std::vector<Parts> parts(const std::vector<std::span<const float>>& candidates,
                           const Deadline& deadline = {});

 private:
  // Sets row `row` of feature `feature`'s table to scale times the query's vector.
  void place(size_t row, size_t feature, float scale);
  ConstMatrix forward(size_t rows);
  std::vector<Parts> additive_parts(const std::vector<std::span<const float>>& candidates);
  Parts integrate(std::span<const float> candidate);
  // Sums the parts over `steps` points of the path. Their total approaches score - constant.
  std::vector<double> walk(std::span<const float> candidate, size_t steps);

  ModelSpec tower_;  // its features are tables, whose rows are set by place()
  std::unique_ptr<Parameters> parameters_;
  std::vector<std::vector<ParameterState*>> tables_;  // of each feature
  std::vector<std::vector<float>> vectors_;
  std::unique_ptr<Plan> plan_;
  ThreadPool pool_{1};
  EncodedRows rows_;
  Attribution method_ = Attribution::additive;
};

}  // namespace shortlist
