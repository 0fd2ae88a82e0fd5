// The result of an evaluation, with baselines. `evaluate` prints it, the bundle contains it, and the page
// shows it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/metrics/bootstrap.h"
#include "shortlist/metrics/finding.h"
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
  std::optional<Interval> difference;  // 95 % interval of the model's figure minus this one, on the same rows
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

// The list as it is served: its order, whether it excludes seen items, and its metrics. Rows whose candidate
// is not among those that retrieval passes to ranking count as misses.
struct ListReport {
  std::string order;        // "score", "predicted", "blend"
  double blend = 0;         // for order "blend": the share of the predicted label
  std::string label;        // the label that it is ordered by, unless by score
  bool drops_seen = false;  // items that a query's user has seen are left out
  size_t rows = 0;  // number of rows that were evaluated; if there are many queries, only some queries' rows
  TaskReport task;

  // All orders, evaluated on the validation rows if the order was chosen by them.
  struct Order {
    std::string order;
    double blend = 0;
    Metrics figures;
  };
  std::vector<Order> orders;
};

// Distinct values of a column of the table, and how many of them the model was not trained on.
struct KnownValues {
  std::string column;
  size_t distinct = 0, unknown = 0;
  size_t unknown_rows = 0;  // rows with one of the unknown values
};

// The figures of some of the rows.
struct SegmentReport {
  std::string by;       // "new_users", "new_items", "popularity", or a column
  std::string segment;  // "head", or a value of the column
  size_t rows = 0;
  std::vector<TaskReport> tasks;  // retrieval and labels
};

struct EvaluationReport {
  std::string split;  // "test", "validation", "train", "all"
  size_t rows = 0;
  double share_in_train = 0;  // share of the rows, in [0, 1]; see overlap.h
  Metrics losses;             // "loss", "retrieval_loss", ...; may be empty
  std::vector<TaskReport> tasks;
  std::optional<ListReport> list;
  // Whether the table is not the one that the model was trained on. If so, `known` is about its items and
  // users.
  bool other_table = false;
  std::vector<KnownValues> known = {};
  std::vector<std::string> warnings = {};    // about the model's inputs, in sentences; part of the verdict
  std::vector<SegmentReport> segments = {};  // those of one `by` are consecutive
  std::vector<Finding> findings = {};        // of the doctor, about the table that the model was trained on
};

}  // namespace shortlist
