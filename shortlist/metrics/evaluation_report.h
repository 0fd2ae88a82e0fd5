// What an evaluation found, beside what needs no model: printed by `evaluate`, kept in the bundle, drawn on
// the page.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/metrics/bootstrap.h"
#include "shortlist/metrics/history.h"

namespace shortlist {

struct ReportMetric {
  std::string name;  // "rmse", "top_10"
  double value = 0;
  std::optional<Interval> interval;  // 95 %
};

struct BaselineMetric {
  std::string name;
  double value = 0;
  std::optional<Interval> difference;  // 95 % of the model's figure minus this one, on the same rows
};

struct BaselineReport {
  std::string name;  // "item mean"
  std::vector<BaselineMetric> figures;
};

// One task: retrieval, or the prediction of one label.
struct TaskReport {
  static constexpr std::string_view retrieval = "retrieval";
  static constexpr std::string_view list = "list";

  std::string task;  // "retrieval", or the label's name
  std::vector<ReportMetric> model;
  std::vector<BaselineReport> baselines;
};

// The list as it is served: its order, what it leaves out, and its figures. Rows whose candidate is not among
// those that retrieval handed to the ranking count as misses.
struct ListReport {
  std::string order;        // "score", "predicted", "blend"
  double blend = 0;         // of order "blend": the share of the predicted label
  std::string label;        // the one that it is ordered by, unless by score
  bool drops_seen = false;  // the items that a query's user has seen are left out
  size_t rows = 0;          // rows that were measured: of many queries, only those of some
  TaskReport task;

  // The orders that there are, measured on the validation rows where the order was chosen by them.
  struct Order {
    std::string order;
    double blend = 0;
    Metrics figures;
  };
  std::vector<Order> orders;
};

// Distinct values of a column of the table, and those among them that the model was not trained on.
struct KnownValues {
  std::string column;
  size_t distinct = 0, unknown = 0;
  size_t unknown_rows = 0;  // rows that have one of the unknown values
};

struct EvaluationReport {
  std::string split;  // "test", "validation", "train", "all"
  size_t rows = 0;
  double share_in_train = 0;  // of the rows, in [0, 1]; see overlap.h
  Metrics losses;             // "loss", "retrieval_loss", ...; may be empty
  std::vector<TaskReport> tasks;
  std::optional<ListReport> list;
  // Whether the table is another one than the model was trained on; then of its items and users.
  bool other_table = false;
  std::vector<KnownValues> known = {};
  std::vector<std::string> warnings = {};  // of the model's inputs, in sentences; part of the verdict
};

}  // namespace shortlist
