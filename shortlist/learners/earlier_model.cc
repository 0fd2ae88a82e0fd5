#include "shortlist/learners/earlier_model.h"

#include <unordered_map>

#include "shortlist/features/missing_value.h"
#include "shortlist/features/vocabulary.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

// The row of the earlier table for each row of the new one; kNone: the value is new.
constexpr uint32_t kNone = UINT32_MAX;
struct Growth {
  std::vector<uint32_t> rows;
  std::vector<uint32_t> values;  // the rows of the earlier table that are values of the feature
};

bool is_value(const std::string& token) { return !token.empty() && token != kOovToken; }

Growth growth_of(const Feature& before, const Feature& after) {
  Growth growth;
  std::unordered_map<std::string, uint32_t> known;
  for (int32_t id = 0; id < before.id_count(); ++id) {
    std::string token = before.token(id);
    if (!is_value(token)) continue;
    if (token != kMissingToken) growth.values.push_back(static_cast<uint32_t>(id));
    known.emplace(std::move(token), static_cast<uint32_t>(id));
  }
  for (int32_t id = 0; id < after.id_count(); ++id) {
    const std::string token = after.token(id);
    const auto found = known.find(token);
    if (found != known.end()) {
      growth.rows.push_back(found->second);
    } else {
      // Ids of unseen values and of hashes have no value, and keep their places.
      growth.rows.push_back(!is_value(token) && id < before.id_count() ? static_cast<uint32_t>(id) : kNone);
    }
  }
  return growth;
}

std::vector<float> mean_of(const Matrix& table, const std::vector<uint32_t>& rows) {
  std::vector<double> sum(table.cols);
  for (const uint32_t row : rows)
    for (size_t c = 0; c < table.cols; ++c) sum[c] += static_cast<double>(table(row, c));
  std::vector<float> mean;
  for (const double x : sum)
    mean.push_back(static_cast<float>(x / static_cast<double>(std::max<size_t>(1, rows.size()))));
  return mean;
}

void grow(const Growth& growth, const Matrix& from, const Matrix& to) {
  const std::vector<float> mean = mean_of(from, growth.values);
  for (size_t row = 0; row < to.rows; ++row) {
    const uint32_t source = growth.rows[row];
    copy(source == kNone ? std::span<const float>(mean) : from.row_span(source), to.row_span(row));
  }
}

class Transfer {
 public:
  Transfer(const EarlierModel& earlier, const ModelSpec& model, const FeatureMap& features,
           Parameters& parameters)
      : earlier_(earlier), model_(model), features_(features), parameters_(parameters) {}

  void run() {
    for (size_t node = 0; node < model_.nodes.size(); ++node)
      for (const size_t number : parameters_.numbers_of(node)) begin(model_.nodes[node], number);
  }

 private:
  void begin(const Node& node, size_t number) {
    const std::string& name = parameters_.name(number);
    const ParameterState* before = earlier_.parameters.find(name);
    if (before == nullptr) throw usage_error("the earlier model has no parameter '{}'", name);
    const Matrix from = before->value, to = parameters_.at(number).value;
    if (node.feature >= 0 && before->spec.table) {
      const std::string& feature = name_of(node);
      const Feature& known = *earlier_.features[earlier_.features.position(feature)].feature;
      const Feature& now = *features_[features_.position(feature)].feature;
      const bool fits = from.cols == to.cols && from.rows == static_cast<size_t>(known.id_count()) &&
                        to.rows == static_cast<size_t>(now.id_count());
      if (fits) return grow(growth_of(known, now), from, to);
    } else if (from.rows == to.rows && from.cols == to.cols) {
      for (size_t row = 0; row < to.rows; ++row) copy(from.row_span(row), to.row_span(row));
      return;
    }
    throw usage_error("the parameter '{}' is {} x {} in the earlier model, but {} x {} now", name, from.rows,
                      from.cols, to.rows, to.cols);
  }

  // The feature that an input node reads. Those of histories are features of the query.
  const std::string& name_of(const Node& node) const {
    const auto& names = node.row_set == kCandidateRows ? earlier_.candidate : earlier_.query;
    return names[static_cast<size_t>(node.feature)];
  }

  const EarlierModel& earlier_;
  const ModelSpec& model_;
  const FeatureMap& features_;
  Parameters& parameters_;
};

}  // namespace

void begin_with(const EarlierModel& earlier, const ModelSpec& model, const FeatureMap& features,
                Parameters& parameters) {
  Transfer(earlier, model, features, parameters).run();
}

}  // namespace shortlist
