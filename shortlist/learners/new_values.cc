#include "shortlist/learners/new_values.h"

#include <unordered_set>

#include "shortlist/features/history.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

// Sums of table rows by number.
class Means {
 public:
  Means(size_t count, size_t width) : width_(width), sums_(count * width), counts_(count) {}
  void add(size_t number, std::span<const float> row) {
    ++counts_[number];
    for (size_t c = 0; c < width_; ++c) sums_[number * width_ + c] += static_cast<double>(row[c]);
  }
  // Adds the mean of the other's number.
  void add(size_t number, const Means& other, size_t of) {
    ++counts_[number];
    for (size_t c = 0; c < width_; ++c)
      sums_[number * width_ + c] += other.sums_[of * width_ + c] / static_cast<double>(other.counts_[of]);
  }
  bool has(size_t number) const { return counts_[number] > 0; }
  void write(size_t number, std::span<float> row) const {
    for (size_t c = 0; c < width_; ++c)
      row[c] = static_cast<float>(sums_[number * width_ + c] / static_cast<double>(counts_[number]));
  }

 private:
  size_t width_;
  std::vector<double> sums_;
  std::vector<size_t> counts_;
};

// Whether each id of a feature is a value that the earlier feature did not know.
std::vector<uint8_t> new_ids(const Feature& before, const Feature& now) {
  std::unordered_set<std::string> known;
  for (int32_t id = 0; id < before.id_count(); ++id) known.insert(before.token(id));
  std::vector<uint8_t> is_new;
  for (int32_t id = 0; id < now.id_count(); ++id) is_new.push_back(!known.contains(now.token(id)));
  return is_new;
}

// The columns of a tower whose ids describe the rows, besides the column `own`.
std::vector<size_t> describing(const FeatureMap& tower, size_t own) {
  std::vector<size_t> columns;
  for (size_t i = 0; i < tower.size(); ++i)
    if (i != own && tower[i].feature->id_count() > 0 && tower[i].feature->kind() != HistorySettings::kind)
      columns.push_back(i);
  return columns;
}

void begin_column(const FeatureMap& tower, size_t own, const EncodedRows& rows,
                  const std::vector<uint8_t>& is_new, const Matrix& table) {
  const EncodedColumn& values = rows.columns[own];
  Means begins(table.rows, table.cols);
  for (const size_t column : describing(tower, own)) {
    Means known(static_cast<size_t>(tower[column].feature->id_count()), table.cols);
    const auto each = [&](bool of_new, const auto& use) {
      for (size_t row = 0; row < rows.rows; ++row) {
        const auto bag = values.bag(row);
        if (bag.size() != 1 || (is_new[static_cast<size_t>(bag[0])] != 0) != of_new) continue;
        for (const int32_t id : rows.columns[column].bag(row))
          use(static_cast<size_t>(bag[0]), static_cast<size_t>(id));
      }
    };
    each(false, [&](size_t value, size_t id) { known.add(id, table.row_span(value)); });
    each(true, [&](size_t value, size_t id) {
      if (known.has(id)) begins.add(value, known, id);
    });
  }
  for (size_t value = 0; value < table.rows; ++value)
    if (is_new[value] != 0 && begins.has(value)) begins.write(value, table.row_span(value));
}

}  // namespace

void begin_new_values(const EarlierModel& earlier, const ModelSpec& model, const FeatureMap& features,
                      const Dataset& data, Parameters& parameters) {
  for (size_t i = 0; i < model.nodes.size(); ++i) {
    const Node& node = model.nodes[i];
    const bool is_query = node.row_set == kQueryRows;
    if (node.feature < 0 || (!is_query && node.row_set != kCandidateRows)) continue;
    const FeatureMap tower = features.select(is_query ? earlier.query : earlier.candidate);
    const auto own = static_cast<size_t>(node.feature);
    if (tower[own].feature->kind() != "category") continue;
    const Feature& before = *earlier.features[earlier.features.position(tower[own].name)].feature;
    const std::vector<uint8_t> is_new = new_ids(before, *tower[own].feature);
    for (ParameterState* parameter : parameters.of(i))
      if (parameter->spec.table)
        begin_column(tower, own, is_query ? data.queries : data.candidates, is_new, parameter->value);
  }
}

}  // namespace shortlist
