// What a person writes: the data, the features, the model and its training, as one TOML file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/features/feature_config.h"
#include "shortlist/features/time_form.h"
#include "shortlist/index/hnsw_config.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/losses/rating_loss.h"
#include "shortlist/model/attribute.h"
#include "shortlist/model/recommend_config.h"
#include "shortlist/optim/optimizer.h"
#include "shortlist/table/coded_column.h"

namespace shortlist {

enum class SplitBy {
  random,  // rows in a seeded random order
  order,   // rows in the table's order
  time,    // rows by a time column, oldest first: train on the past, test on the future
  column,  // a column says "train", "validation" or "test"
  rows,    // row numbers from a .npy file: the first are train, then validation, then test
};
template <>
struct EnumNames<SplitBy> {
  static constexpr std::pair<SplitBy, std::string_view> names[] = {{SplitBy::random, "random"},
                                                                   {SplitBy::order, "order"},
                                                                   {SplitBy::time, "time"},
                                                                   {SplitBy::column, "column"},
                                                                   {SplitBy::rows, "rows"}};
};

struct SplitConfig {
  SplitBy by = SplitBy::random;
  double train = 0.8, validation = 0.1, test = 0.1;
  int64_t seed = 42;
  std::string column, rows;
  std::optional<TimeUnit> unit;
  std::optional<std::string> format;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("by", by,
          "random: in a seeded order; order: as in the table; time: oldest first; column: as it says; rows: "
          "as a file says");
    visit("train", train, "rows to learn from: a count, or a share of the table up to 1",
          Range::between(0, kMostRows));
    visit("validation", validation,
          "rows watched while training: a count or a share; 0 with by = \"column\": its rows are left out",
          Range::between(0, kMostRows));
    visit("test", test, "rows looked at once, at the end: a count or a share; 0 as for validation",
          Range::between(0, kMostRows));
    visit("seed", seed, "of the random order");
    visit("column", column,
          "by = \"time\": the time; by = \"column\": contains train, validation or test; a row without a "
          "value is left out");
    visit("rows", rows, "by = \"rows\": a .npy file of 0-based row numbers, in order");
    visit("unit", unit,
          "by = \"time\": as a time feature has it; else that of the time feature of the column");
    visit("format", format,
          "by = \"time\": as a time feature has it; else that of the time feature of the column");
  }
};

enum class FitRows { train, table };
template <>
struct EnumNames<FitRows> {
  static constexpr std::pair<FitRows, std::string_view> names[] = {{FitRows::train, "train"},
                                                                   {FitRows::table, "table"}};
};

struct DataConfig {
  std::string table, sql;
  std::string delimiter;
  std::optional<bool> header;
  std::vector<std::string> columns;
  std::string encoding;
  std::optional<std::string> quote;
  std::string comment, decimal, thousands, date_format;
  std::vector<std::string> missing;
  SplitConfig split;
  FitRows fit_features_on = FitRows::train;
  std::string user, weight;
  std::string data;  // what {data} in `sql` stands for; not a setting

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("table", table,
          "file, glob or folder: CSV, TSV, Parquet, JSON, JSON lines; a relative path is relative to this "
          "file where the table is there, else to the working directory; --data replaces it");
    visit("sql", sql, "a query instead of a file; {data} in it stands for what --data says");
    visit("delimiter", delimiter,
          "between the columns of a text file, \"::\" too; \"whitespace\" is any run of blanks; found out "
          "when not given");
    visit("header", header, "whether a text file's first line names its columns; found out when not given");
    visit("columns", columns, "names of the columns of a text file without a header");
    visit("encoding", encoding, "of a text file that is not UTF-8: \"latin-1\" or \"utf-16\"");
    visit("quote", quote,
          "around values of a text file that contain the delimiter; '\"' when not given; \"\": none");
    visit("comment", comment, "lines of a text file that begin with this character are left out");
    visit("decimal", decimal, "the decimal point of numbers in texts: \",\" reads 4,5; \".\" when not given");
    visit("thousands", thousands, "between groups of three digits of numbers in texts: \",\" reads 1,100.50");
    visit("date_format", date_format,
          "of times in texts, beside ISO 8601: \"%d.%m.%Y %H:%M\", as in strptime");
    visit("missing", missing, "texts that mean a missing value, beside an empty one: [\"NA\", \"None\"]");
    visit("split", split, "which rows are for training, validation and test");
    visit("fit_features_on", fit_features_on, "rows from which vocabularies, edges and means are taken");
    visit("user", user,
          "the user's column, for baselines and for similarity by ratings; a missing value is no user");
    visit("weight", weight, "a column with the weight of each row in the losses and metrics, 0 or more");
  }
  TableSource source() const;
  // Another table than the config's, as --data gives it: takes the place of {data} in `sql` where that
  // stands, else of `table`. A text that begins with SELECT or WITH is a query, else it is a file or glob.
  void use_table(const std::string& text);
  // The text that use_table() takes for the same source.
  const std::string& table_text() const { return !data.empty() ? data : !table.empty() ? table : sql; }
};

// What a column says of an item, beside the model: to show, to filter by and to compare with Jaccard.
struct AttributeConfig {
  static constexpr const char* shorthand = "column";
  std::string column;
  std::optional<AttributeKind> kind;
  std::optional<std::string> separator;
  std::optional<TimeUnit> unit;
  std::optional<std::string> format;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("column", column, "column of the table; a text instead of a table is this alone");
    visit("kind", kind,
          "text, number, time or list. Not given: list where separator is, where a categories feature reads "
          "the "
          "column, or where all values are lists; else number or time where all values are, else text");
    visit("separator", separator,
          "of a list: between its values; else that of the categories feature, or \",\"");
    visit("unit", unit, "of a time, as a time feature has it; else that of the time feature of the column");
    visit("format", format,
          "of a time, as a time feature has it; else that of the time feature of the column");
  }
};

struct TowerConfig {
  std::string id;
  std::vector<std::string> features;
  std::vector<Value> layers;
  std::vector<AttributeConfig> attributes;
};

struct QueryConfig : TowerConfig {
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("features", features, "what the query tower sees, side by side in this order");
    visit("layers", layers, "layers of the query tower, first to last");
  }
};

struct CandidateConfig : TowerConfig {
  std::string display;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("id", id, "the column that tells candidates apart");
    visit(
        "display", display,
        "the column that people know a candidate by, such as its title: it is shown beside the id, and taken "
        "in its place where one candidate alone has it. It is an attribute too");
    visit("features", features, "what the candidate tower sees, side by side in this order");
    visit("layers", layers, "layers of the candidate tower, first to last");
    visit("attributes", attributes,
          "columns to show beside a candidate, to filter by and to compare with Jaccard: [\"title\", { "
          "column = "
          "\"genres\", separator = \"|\" }]");
  }
};

enum class Reduction { sum, mean };
template <>
struct EnumNames<Reduction> {
  static constexpr std::pair<Reduction, std::string_view> names[] = {{Reduction::sum, "sum"},
                                                                     {Reduction::mean, "mean"}};
};
enum class RetrievalLoss { in_batch_softmax };
template <>
struct EnumNames<RetrievalLoss> {
  static constexpr std::pair<RetrievalLoss, std::string_view> names[] = {
      {RetrievalLoss::in_batch_softmax, "in_batch_softmax"}};
};

enum class IndexKind { exact, bf16, int8, hnsw };
template <>
struct EnumNames<IndexKind> {
  static constexpr std::pair<IndexKind, std::string_view> names[] = {{IndexKind::exact, "exact"},
                                                                     {IndexKind::bf16, "bf16"},
                                                                     {IndexKind::int8, "int8"},
                                                                     {IndexKind::hnsw, "hnsw"}};
};

struct RetrievalConfig {
  RetrievalLoss loss = RetrievalLoss::in_batch_softmax;
  double weight = 1;
  Reduction reduction = Reduction::sum;
  double temperature = 1;
  std::string positives;
  bool sampling_correction = false;
  std::vector<int> top_k = {1, 5, 10, 50, 100};
  IndexKind index = IndexKind::exact;
  HnswConfig hnsw;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("loss", loss, "in_batch_softmax: each row's candidate against the batch's others");
    visit("weight", weight, "of this task in the loss", Range::at_least(0));
    visit("reduction", reduction, "over the rows of a batch: sum as TensorFlow Recommenders, or mean");
    visit("temperature", temperature, "divides the scores of the loss", Range::above(0));
    visit(
        "positives", positives,
        "a column of numbers, such as a label of 0 and 1: retrieval learns from the rows where it is above 0 "
        "and is measured on them, and only these count as seen. The other rows only show candidates that "
        "were not taken. Not given: all rows");
    visit(
        "sampling_correction", sampling_correction,
        "in the loss, subtracts from a score the log of the candidate's share of the training rows: popular "
        "candidates stand in more batches, and without it are ranked too low");
    visit("top_k", top_k, "the k of top_k accuracies", Range::at_least(1));
    visit("index", index,
          "what answers look candidates up in: exact; int8, the same answers from a quarter of the bytes; "
          "bf16, the same from half of them; hnsw, approximate and fastest among many");
    visit("hnsw", hnsw, "settings of index = \"hnsw\"");
  }
};

struct RankingConfig {
  std::string label;
  RatingLoss loss = RatingLoss::mean_squared_error;
  double weight = 1;
  double delta = 1;
  std::optional<bool> standardize_label;
  std::vector<Value> layers;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("label", label, "the column to predict");
    visit("loss", loss, "binary_crossentropy takes labels 0 and 1 and predicts a probability");
    visit("weight", weight, "of this task in the loss", Range::at_least(0));
    visit("delta", delta,
          "huber: the error at which it turns from square to line, in deviations of the label where it is "
          "standardised",
          Range::above(0));
    visit(
        "standardize_label", standardize_label,
        "trains on (label - mean) / deviation of the training rows, so that the label's unit does not decide "
        "how much the task counts. Losses are of the standardised label; metrics, predictions and exports "
        "are in its own unit. true unless it is given; binary_crossentropy takes labels as they are");
    visit("layers", layers, "layers on the query and the candidate, side by side; a last dense = 1 is added");
  }
  bool standardizes() const {
    return loss != RatingLoss::binary_crossentropy && standardize_label.value_or(true);
  }
};

// A monitor of what is served: of a model with retrieval whose query tells its user, NDCG of each user's list
// at the k of top_k that is nearest to 10, without seen items unless recommend.seen = "keep"; else the loss.
inline constexpr const char* kServedMonitor = "auto";
constexpr const char* kMonitorHelp =
    "the validation figure to watch: loss, rmse, top_10, unseen_ndcg_10, ...; auto: of a model with "
    "retrieval whose query tells data.user, the NDCG of users' lists as they are served; else loss";

struct PlateauConfig {
  std::string monitor = kServedMonitor;
  int patience = 10;
  double factor = 0.1, min_delta = 1e-4;
  int cooldown = 0;
  double minimum = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("monitor", monitor, kMonitorHelp);
    visit("patience", patience, "epochs without gain before the learning rate falls", Range::at_least(0));
    visit("factor", factor, "what the learning rate is multiplied with", Range::inside(0, 1));
    visit("min_delta", min_delta, "the least change that counts as gain", Range::at_least(0));
    visit("cooldown", cooldown, "epochs to wait after a fall", Range::at_least(0));
    visit("minimum", minimum, "the learning rate does not fall below", Range::at_least(0));
  }
};

struct EarlyStoppingConfig {
  std::string monitor = kServedMonitor;
  int patience = 0;
  double min_delta = 0;
  bool restore_best = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("monitor", monitor, kMonitorHelp);
    visit("patience", patience, "epochs without gain before training stops", Range::at_least(0));
    visit("min_delta", min_delta, "the least change that counts as gain", Range::at_least(0));
    visit("restore_best", restore_best, "end with the weights of the best epoch");
  }
};

template <>
struct EnumNames<Precision> {
  static constexpr std::pair<Precision, std::string_view> names[] = {
      {Precision::float32, "float32"}, {Precision::bf16x3, "bf16x3"}, {Precision::bf16, "bf16"}};
};

struct TrainingConfig {
  int epochs = 10;
  int batch = 2048;
  int64_t seed = 42;
  Precision precision = Precision::float32;
  OptimizerConfig optimizer;
  std::optional<PlateauConfig> reduce_on_plateau;
  std::optional<EarlyStoppingConfig> early_stopping;
  bool keras_compatible = false;
  bool refit = false;
  bool tensorboard = true;
  int keep_checkpoints = 2;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("epochs", epochs, "passes over the training rows, at most", Range::at_least(1));
    visit("batch", batch, "rows of a step", Range::at_least(1));
    visit("seed", seed, "of initial weights, shuffles and dropout");
    visit(
        "precision", precision,
        "of the products of a step: float32; bf16x3 (16 bits of each number) on processors with matrix tiles "
        "(Intel's AMX); bf16 (8 bits) there and on AMD's from Zen 4 on. Weights, sums and evaluation are "
        "float32");
    visit("optimizer", optimizer,
          "{ adam = 0.001 }, { adagrad = 0.1 } or { sgd = 0.01 }, the number is the learning rate");
    visit("reduce_on_plateau", reduce_on_plateau, "lowers the learning rate when validation does not gain");
    visit("early_stopping", early_stopping, "stops when validation does not gain");
    visit("keras_compatible", keras_compatible,
          "as TensorFlow Recommenders' notebooks run: batch_norm and dropout inert, the same batches every "
          "epoch");
    visit("refit", refit,
          "in the end, train a new model on the training and the validation rows: for as many epochs as were "
          "best, or as there were, with the learning rates that they had");
    visit("tensorboard", tensorboard, "write TensorBoard's event files");
    visit("keep_checkpoints", keep_checkpoints,
          "checkpoints of the last so many epochs stay, and the best; 0: all", Range::at_least(0));
  }
};

struct Config {
  DataConfig data;
  std::vector<FeatureConfig> features;  // in the order of the file
  QueryConfig query;
  CandidateConfig candidate;
  std::optional<RetrievalConfig> retrieval;
  std::vector<RankingConfig> ranking;
  TrainingConfig training;
  RecommendConfig recommend;
  std::string file;  // for messages; not a setting
  Value written;     // as it was read, after --set

  const FeatureConfig& feature(std::string_view name) const;
  // How a column writes its times, as far as the time feature that reads it declares that.
  TimeForm declared_times(std::string_view column) const;
  // What is declared of an attribute, by itself or by a feature of its column.
  AttributeForm attribute_form(const AttributeConfig& attribute) const;
  // Whether data.user is a column of the query, so that a query tells its user.
  bool query_tells_user() const;
  // The figure that `monitor` names: kServedMonitor is resolved.
  std::string monitored_figure(const std::string& monitor) const;
};

// Reads and checks a config. Throws a usage Error that names file, line, key, what was got and what could be.
Config read_config(const Value& root, const std::string& file);
// From a file, with "key=value" settings put over it, and "" or a table's path for data.table.
Config load_config(const std::string& path, const std::vector<std::string>& settings = {});

// The config as TOML that reads back to the same; without comments.
std::string config_to_toml(const Config& config);
// The same with every setting, also those that have their default.
std::string full_config_to_toml(const Config& config);

// The reference page of all settings, in Markdown, from the lists of fields that parse them.
std::string config_reference();

}  // namespace shortlist
