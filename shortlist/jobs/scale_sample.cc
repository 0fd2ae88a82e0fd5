#include "shortlist/jobs/scale_sample.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "shortlist/config/resolve.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/table/table.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

class Stopwatch {
 public:
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// The number of equally frequent ones of which a batch has as many distinct ones as of these. Found by
// bisection, since distinct_in_batch() grows with `draws`.
double equal_draws(const std::vector<uint32_t>& of_row, size_t distinct, double batch) {
  std::vector<double> counts(distinct);
  for (const uint32_t at : of_row)
    if (at < distinct) ++counts[at];
  double expected = 0;
  const auto rows = static_cast<double>(of_row.size());
  for (const double count : counts) expected += -std::expm1(batch * std::log1p(-count / (rows + 1)));
  double low = 1, high = 1e12;
  for (int i = 0; i < 100; ++i) {
    const double middle = std::sqrt(low * high);
    (distinct_in_batch(middle, batch) < expected ? low : high) = middle;
  }
  return low;
}

double mean_bag(const EncodedColumn& column, size_t rows) {
  if (column.width > 0 || rows == 0) return 1;
  return static_cast<double>(column.ids.size()) / static_cast<double>(rows);
}

bool grows(std::string_view kind) { return kind == "category" || kind == "categories"; }

SampledRows sample_rows(const DataSpec& spec, const FeatureMap& features,
                        const std::vector<std::string>& names, const EncodedRows& rows) {
  SampledRows sampled;
  sampled.distinct = static_cast<double>(rows.rows);
  const FeatureMap tower = features.select(names);
  for (size_t i = 0; i < tower.size(); ++i) {
    const Feature& feature = *tower[i].feature;
    SampledFeature& one = sampled.features.emplace_back();
    one = {tower[i].name, feature.id_count(), feature.width(), 1, GrowsWith::nothing};
    if (i < rows.columns.size()) one.bag = mean_bag(rows.columns[i], rows.rows);
    if (!grows(feature.kind())) continue;
    if (tower[i].column == spec.user) one.grows = GrowsWith::users;
    if (tower[i].column == spec.id) one.grows = GrowsWith::items;
  }
  return sampled;
}

double mean_size(const std::vector<std::string>& texts) {
  double bytes = 0;
  for (const std::string& text : texts) bytes += static_cast<double>(text.size());
  return texts.empty() ? 0 : bytes / static_cast<double>(texts.size());
}

double mean_item_text(const Items& items) {
  double bytes = mean_size(items.ids);
  for (const Attribute& attribute : items.attributes) {
    double all = 0;
    for (const AttributeValue& value : attribute.values)
      all += static_cast<double>(text_of(attribute, value).size());
    bytes += 4 + all / static_cast<double>(std::max<size_t>(1, attribute.values.size()));
  }
  return bytes;
}

double text_bytes_of(const TableSource& source, double rows) {
  std::error_code error;
  if (source.path.empty() || source.path.ends_with(".parquet") || !fs::is_regular_file(source.path, error))
    return 0;
  return static_cast<double>(fs::file_size(source.path, error)) / std::max(1.0, rows);
}

}  // namespace

bool SampledRows::grow_with(GrowsWith what) const {
  return std::ranges::find(features, what, &SampledFeature::grows) != features.end();
}

double distinct_in_batch(double draws, double batch) {
  return draws <= 1 ? 1 : -draws * std::expm1(batch * std::log1p(-1 / draws));
}

ScaleSample sample_for_scale(const Config& config) {
  if (!config.has_towers())
    throw usage_error("plan needs a model with towers, but a model of kind \"{}\" has none",
                      config.model.kind);
  const DataSpec spec = resolve_data(config);
  const Table table = Table::open(config.data.source());
  ScaleSample sample;
  Stopwatch watch;
  const PreparedData prepared =
      prepare_data(spec, table, TrainOn::train,
                   [&](const DataColumns&, const Split&) { sample.read_seconds = watch.lap(); });
  const double fit_and_encode = watch.lap();
  apply_features(spec, prepared.features, table);
  sample.encode_seconds = std::clamp(watch.lap() - sample.read_seconds, 0.0, fit_and_encode);
  sample.fit_seconds = fit_and_encode - sample.encode_seconds;
  const Dataset& data = prepared.data;
  sample.rows = static_cast<double>(data.rows);
  sample.train = static_cast<double>(data.split.train.size());
  sample.validation = static_cast<double>(data.split.validation.size());
  sample.test = static_cast<double>(data.split.test.size());
  sample.users = static_cast<double>(data.users.size());
  sample.items = static_cast<double>(data.items.ids.size());
  sample.pairs = static_cast<double>(data.pair_query.size());
  sample.columns = spec.columns.size();
  sample.text_bytes = text_bytes_of(table.source(), sample.rows);
  sample.user_text = mean_size(data.users);
  sample.item_text = mean_item_text(data.items);
  sample.queries = sample_rows(spec, prepared.features, spec.query, data.queries);
  sample.candidates = sample_rows(spec, prepared.features, spec.candidate, data.candidates);
  const auto batch = static_cast<double>(config.training.batch);
  sample.queries.draws = equal_draws(data.query_of_row, data.queries.rows, batch);
  sample.candidates.draws = equal_draws(data.candidate_of_row, data.candidates.rows, batch);
  return sample;
}

}  // namespace shortlist
