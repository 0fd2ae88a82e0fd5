#include "shortlist/metrics/evaluation.h"

#include <cmath>
#include <functional>
#include <utility>

#include "shortlist/base/error.h"
#include "shortlist/metrics/class_metrics.h"
#include "shortlist/metrics/rating_metrics.h"
#include "shortlist/metrics/user_metrics.h"

namespace shortlist {
namespace {

// A figure that is a mean over rows and can be bootstrapped.
struct RowFigure {
  std::string name;
  std::function<double(size_t row)> value;
  Transform transform = Transform::none;
};

// The model or a baseline: all its figures, and those that can be bootstrapped.
struct Contender {
  std::string name;
  Metrics figures;
  std::vector<RowFigure> resampled;
};

using Indices = std::vector<std::pair<std::string, size_t>>;

const size_t* find_index(const Indices& indices, const std::string& name) {
  for (const auto& [key, index] : indices) {
    if (key == name) return &index;
  }
  return nullptr;
}

Indices add_to(Bootstrap& bootstrap, const Contender& contender) {
  Indices indices;
  for (const RowFigure& figure : contender.resampled) {
    indices.emplace_back(figure.name, bootstrap.add_mean(figure.value, figure.transform));
  }
  return indices;
}

TaskReport compare(std::string task, const Contender& model, const std::vector<Contender>& baselines,
                   const Observations& rows, uint64_t seed) {
  Bootstrap bootstrap(rows.rows, rows.weight);
  const Indices own = add_to(bootstrap, model);
  std::vector<Indices> theirs;
  for (const Contender& baseline : baselines) theirs.push_back(add_to(bootstrap, baseline));
  bootstrap.resample(RandomStream(seed, "bootstrap"));

  TaskReport report{std::move(task), {}, {}};
  for (const auto& [name, value] : model.figures) {
    ReportMetric& figure = report.model.emplace_back();
    figure.name = name;
    figure.value = value;
    if (const size_t* index = find_index(own, name)) figure.interval = bootstrap.interval(*index);
  }
  for (size_t b = 0; b < baselines.size(); ++b) {
    BaselineReport& baseline = report.baselines.emplace_back();
    baseline.name = baselines[b].name;
    for (const auto& [name, value] : baselines[b].figures) {
      BaselineMetric& figure = baseline.figures.emplace_back();
      figure.name = name;
      figure.value = value;
      const size_t *mine = find_index(own, name), *other = find_index(theirs[b], name);
      if (mine != nullptr && other != nullptr) figure.difference = bootstrap.difference(*mine, *other);
    }
  }
  return report;
}

bool is_keras(const std::string& figure) { return figure.starts_with("keras_"); }

void without_keras(Contender& contender) {
  std::erase_if(contender.figures, [](const auto& figure) { return is_keras(figure.first); });
  std::erase_if(contender.resampled, [](const RowFigure& figure) { return is_keras(figure.name); });
}

// `rank` must outlive the contender. The same applies to the arguments of the next function.
Contender retrieval_contender(std::string name, std::span<const Rank> rank, const Observations& rows,
                              bool by_user, const std::vector<int>& ks, const ListItems* items) {
  RankMetrics metrics(ks);
  for (size_t row = 0; row < rows.rows; ++row) metrics.add(rank[row], rows.weight_of(row));
  Contender contender{std::move(name), metrics.figures(), {}};
  if (by_user) {
    for (auto& figure : user_figures(rows, rank, ks, items)) contender.figures.push_back(std::move(figure));
  }
  for (int k : ks) {
    contender.resampled.push_back({top_k_name(k), [rank, k](size_t row) { return top_k_hit(rank[row], k); }});
    contender.resampled.push_back(
        {keras_top_k_name(k), [rank, k](size_t row) { return keras_top_k_hit(rank[row], k); }});
  }
  contender.resampled.push_back({"mrr", [rank](size_t row) { return 1 / rank[row].position(); }});
  contender.resampled.push_back({"mean_rank", [rank](size_t row) { return rank[row].position(); }});
  return contender;
}

// Each figure is followed by the same figure without seen items.
void add_unseen(Contender unseen, Contender& contender) {
  without_keras(unseen);
  Metrics both;
  for (auto& figure : contender.figures) {
    const double* other = find_metric(unseen.figures, figure.first);
    const std::string name = figure.first;
    both.push_back(std::move(figure));
    if (other != nullptr) both.emplace_back(unseen_name(name), *other);
  }
  contender.figures = std::move(both);
  for (RowFigure& figure : unseen.resampled) {
    figure.name = unseen_name(figure.name);
    contender.resampled.push_back(std::move(figure));
  }
}

Contender rating_contender(std::string name, std::span<const float> prediction, const Observations& rows) {
  const Predictions all{prediction, rows.label, rows.weight, rows.user};
  Contender contender{std::move(name), rating_figures(all), {}};
  const auto error = [all](size_t row) { return double{all.prediction[row]} - all.label[row]; };
  contender.resampled = {
      {"rmse", [error](size_t row) { return error(row) * error(row); }, Transform::square_root},
      {"mae", [error](size_t row) { return std::abs(error(row)); }},
      {"log_loss", [all](size_t row) { return log_loss(all.prediction[row], all.label[row]); }},
      {"accuracy", [all](size_t row) { return is_accurate(all.prediction[row], all.label[row]); }}};
  if (find_metric(contender.figures, "auc") != nullptr) {
    contender.resampled.push_back(
        {"auc", [values = auc_row_values(all)](size_t row) { return values[row]; }});
  }
  std::erase_if(contender.resampled, [&](const RowFigure& figure) {
    return find_metric(contender.figures, figure.name) == nullptr;
  });
  return contender;
}

}  // namespace

TaskReport evaluate_retrieval(const CandidateWeights& train, const Observations& rows, const RowRanks& rank,
                              const SeenItems* seen, const std::vector<int>& ks, uint64_t seed) {
  SHORTLIST_CHECK(rank.all.size() == rows.rows);
  const auto contender = [&](const std::string& name, std::span<const Rank> all,
                             std::span<const Rank> unseen) {
    const ListItems every{train.overall.size()}, not_seen{train.overall.size(), seen};
    Contender made = retrieval_contender(name, all, rows, seen != nullptr, ks, &every);
    if (seen != nullptr) add_unseen(retrieval_contender(name, unseen, rows, true, ks, &not_seen), made);
    return made;
  };
  const std::vector<RetrievalBaseline> fitted = retrieval_baselines(train, rows, seen);
  std::vector<Contender> baselines;
  for (const RetrievalBaseline& baseline : fitted)
    without_keras(baselines.emplace_back(contender(baseline.name, baseline.rank, baseline.unseen)));
  return compare(std::string(TaskReport::retrieval), contender("model", rank.all, rank.unseen), baselines,
                 rows, seed);
}

TaskReport evaluate_list(const CandidateWeights& train, const Observations& rows, std::span<const Rank> rank,
                         const SeenItems* seen, const std::vector<int>& ks, uint64_t seed) {
  SHORTLIST_CHECK(rank.size() == rows.rows);
  const auto contender = [&](const std::string& name, std::span<const Rank> places) {
    Contender made =
        retrieval_contender(name, places, rows, true, ks, nullptr);  // lists end before the catalogue
    without_keras(made);
    // Positions beyond the end of the lists are unknown.
    std::erase_if(made.figures, [](const auto& figure) { return figure.first == "mean_rank"; });
    return made;
  };
  const std::vector<RetrievalBaseline> fitted = retrieval_baselines(train, rows, seen);
  std::vector<Contender> baselines;
  for (const RetrievalBaseline& baseline : fitted) {
    if (seen != nullptr && baseline.name == baseline::lookup) continue;  // equal to popularity
    baselines.push_back(contender(baseline.name, seen != nullptr ? baseline.unseen : baseline.rank));
  }
  return compare(std::string(TaskReport::list), contender("model", rank), baselines, rows, seed);
}

TaskReport evaluate_ratings(const std::string& label, const LabelMeans& train, const Observations& rows,
                            std::span<const float> prediction, uint64_t seed) {
  SHORTLIST_CHECK(prediction.size() == rows.rows && rows.label.size() == rows.rows);
  const std::vector<RatingBaseline> fitted = rating_baselines(train, rows);
  std::vector<Contender> baselines;
  for (const RatingBaseline& baseline : fitted) {
    without_keras(baselines.emplace_back(rating_contender(baseline.name, baseline.prediction, rows)));
  }
  return compare(label, rating_contender("model", prediction, rows), baselines, rows, seed);
}

}  // namespace shortlist
