#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "shortlist/metrics/baselines.h"
#include "shortlist/report/evaluation_text.h"

namespace shortlist {
namespace {

// A model's metric compared with a baseline's, decided by the 95 % interval of their difference: 1 the model
// is better, -1 worse, 0 neither.
struct Comparison {
  std::string figure;
  double model = 0, baseline = 0;
  int sign = 0;

  std::string text() const {
    return fmt::format("{} {} against {}", figure, metric_text(model), metric_text(baseline));
  }
};

const BaselineReport* find_baseline(const TaskReport& task, std::string_view name) {
  for (const BaselineReport& baseline : task.baselines) {
    if (baseline.name == name) return &baseline;
  }
  return nullptr;
}

template <typename Figure>
const Figure* find_named(const std::vector<Figure>& figures, std::string_view name) {
  for (const Figure& figure : figures) {
    if (figure.name == name) return &figure;
  }
  return nullptr;
}

std::optional<Comparison> compare(const TaskReport& task, const BaselineReport& baseline,
                                  std::string_view name, bool higher_is_better) {
  const ReportMetric* model = find_named(task.model, name);
  const BaselineMetric* other = find_named(baseline.figures, name);
  if (model == nullptr || other == nullptr) return std::nullopt;
  Comparison comparison{std::string(name), model->value, other->value};
  if (other->difference) {
    const int above = (other->difference->low > 0) - (other->difference->high < 0);
    comparison.sign = higher_is_better ? above : -above;
  }
  return comparison;
}

std::string phrase(std::string_view baseline) {
  if (baseline == baseline::global_mean) return "the global mean";
  if (baseline == baseline::item_mean) return "the item's mean";
  if (baseline == baseline::lookup) return "a lookup table of each query's most frequent items";
  return std::string(baseline);
}

// "The model's ratings are worse than the item's mean: rmse 1.459 against 1.420."
std::string sentence(const std::string& subject, bool plural, std::string_view baseline,
                     const Comparison& c) {
  if (c.sign > 0) {
    return fmt::format("{} {} {}: {}.", subject, plural ? "beat" : "beats", phrase(baseline), c.text());
  }
  return fmt::format("{} {} {} than {}: {}.", subject, plural ? "are" : "is",
                     c.sign < 0 ? "worse" : "no better", phrase(baseline), c.text());
}

// Compares with the best baseline that works for every request, then with the one that must know the user.
void judge_ratings(const TaskReport& task, std::vector<std::string>& sentences) {
  const std::string subject = "The model's predictions of " + task.task;
  const char* figure = find_named(task.model, "log_loss") != nullptr ? "log_loss" : "rmse";
  const BaselineReport* best = nullptr;
  std::optional<Comparison> comparison;
  for (const BaselineReport& baseline : task.baselines) {
    if (baseline.name == baseline::biases) continue;
    const auto with = compare(task, baseline, figure, false);
    if (with && (!comparison || with->baseline < comparison->baseline)) {
      best = &baseline;
      comparison = with;
    }
  }
  if (comparison) sentences.push_back(sentence(subject, true, best->name, *comparison));
  const BaselineReport* biases = find_baseline(task, baseline::biases);
  if (biases == nullptr) return;
  if (const auto with = compare(task, *biases, figure, false)) {
    sentences.push_back(sentence(subject, true, biases->name, *with));
  }
}

// The top_k with the largest difference among those where the model is better, worse, or neither.
struct Widest {
  std::optional<Comparison> better, worse, neither;

  void add(const Comparison& c) {
    std::optional<Comparison>& slot = c.sign > 0 ? better : c.sign < 0 ? worse : neither;
    if (!slot || std::abs(c.model - c.baseline) > std::abs(slot->model - slot->baseline)) slot = c;
  }
};

// Uses the metrics that begin with `prefix`.
void judge_ranks(const TaskReport& task, const BaselineReport& baseline, const std::string& subject,
                 std::string_view prefix, std::vector<std::string>& sentences) {
  Widest widest;
  for (const ReportMetric& figure : task.model) {
    if (!figure.name.starts_with(prefix)) continue;
    if (const auto with = compare(task, baseline, figure.name, true)) widest.add(*with);
  }
  if (widest.better && widest.worse) {
    sentences.push_back(fmt::format("{} is partly better than {}, {}, and partly worse, {}.", subject,
                                    phrase(baseline.name), widest.better->text(), widest.worse->text()));
    return;
  }
  for (const auto& comparison : {widest.better, widest.worse, widest.neither}) {
    if (!comparison) continue;
    sentences.push_back(sentence(subject, false, baseline.name, *comparison));
    return;
  }
}

// Judges by the served form. If seen items are left out, popularity would otherwise get credit for items that
// users have seen, and the per-query lookup table has only seen items if queries contain the user.
void judge_retrieval(const TaskReport& task, bool keeps_seen, std::vector<std::string>& sentences) {
  const std::string unseen = "unseen_top_";
  const bool both = !keeps_seen && std::ranges::any_of(task.model, [&](const ReportMetric& figure) {
    return figure.name.starts_with(unseen);
  });
  for (const char* name : {baseline::popularity, baseline::lookup}) {
    if (both && name == baseline::lookup) continue;
    if (const BaselineReport* found = find_baseline(task, name))
      judge_ranks(task, *found, "The model's retrieval", both ? unseen : "top_", sentences);
  }
}

// A list ordered by score is retrieval's own order, which has been judged already.
void judge_list(const ListReport& list, std::vector<std::string>& sentences) {
  const std::string order =
      (list.order == "blend" ? "by score and predicted " : "by predicted ") + list.label;
  if (const BaselineReport* popularity = find_baseline(list.task, baseline::popularity)) {
    judge_ranks(list.task, *popularity, fmt::format("The served list, ordered {},", order), "top_",
                sentences);
  }
}

}  // namespace

std::vector<std::string> verdict(const EvaluationReport& report) {
  std::vector<std::string> sentences;
  for (const TaskReport& task : report.tasks) {
    if (task.task != TaskReport::retrieval) {
      judge_ratings(task, sentences);
      continue;
    }
    judge_retrieval(task, report.list && !report.list->drops_seen, sentences);
  }
  if (report.list && report.list->order != "score") judge_list(*report.list, sentences);
  if (!report.other_table && (report.split == "train" || report.split == "all")) {
    sentences.push_back(
        "These rows include those that the model was fitted on, so the figures say little about unseen "
        "rows.");
  } else if (report.share_in_train >= 0.5) {
    sentences.push_back(
        fmt::format("{:.2f} % of these rows also occur, identical, in train, so the figures say little about "
                    "unseen rows.",
                    100 * report.share_in_train));
  }
  sentences.insert(sentences.end(), report.warnings.begin(), report.warnings.end());
  return sentences;
}

}  // namespace shortlist
