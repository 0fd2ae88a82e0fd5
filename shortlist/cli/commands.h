// The options of each command, and the commands. They write data to standard output and messages to standard
// error, and throw an Error whose kind is the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/cli/load_generator.h"
#include "shortlist/cli/rank_arguments.h"
#include "shortlist/cli/table_options.h"
#include "shortlist/init/init_config.h"
#include "shortlist/jobs/large_data.h"
#include "shortlist/jobs/scale_question.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/server/keys.h"
#include "shortlist/server/serve.h"
#include "shortlist/synth/truth.h"

namespace shortlist {

struct InspectCommand {
  TableOptions table;
  std::string format = "text";
  int top = 5;
};
void run(const InspectCommand& command);

struct ConvertCommand {
  TableOptions table;
  std::string sql;  // a file with a query, in which {data} is the table
  std::string out;
  bool quiet = false;
};
void run(const ConvertCommand& command);

struct InitCommand {
  TableOptions table;
  std::string items, users;  // tables of items and users, or ""
  InitOptions options;
  std::string out;
};
void run(const InitCommand& command);

struct DescribeCommand {
  std::string config;
  ConfigTableOptions tables;
  std::vector<std::string> settings;
  std::string dot, svg;
};
void run(const DescribeCommand& command);

struct PlanCommand {
  std::string config;
  ConfigTableOptions table;  // of the interactions alone
  std::vector<std::string> settings;
  ScaleQuestion question;
  std::string constants;  // a file, or "": the built-in ones
  bool json = false;
};
void run(const PlanCommand& command);

struct DoctorCommand {
  std::vector<std::string> paths;  // the config, or the table and the config
  ConfigTableOptions tables;
  std::vector<std::string> settings;
  bool json = false, strict = false;
};
void run(const DoctorCommand& command);

// Of commands that work on data that may be larger than memory.
struct LargeDataArguments {
  std::string cache, max_memory;  // a folder, and a size such as 4G

  LargeDataOptions options() const {
    return {cache, max_memory.empty() ? 0 : parse_bytes(max_memory, "--max-memory")};
  }
};

struct TrainCommand {
  std::string config;
  ConfigTableOptions tables;
  std::string out;
  int threads = 0;
  std::vector<std::string> settings;
  bool resume = false, overwrite = false, profile = false, json = false, quiet = false;
  int seeds = 1;                // number of trainings, with consecutive seeds
  std::string from_checkpoint;  // a file, or a run's folder
  std::string from;             // a bundle
  bool keep_values = false;
  LargeDataArguments large;
  std::vector<std::string> arguments;  // as typed, to print the command that continues
  RankArguments ranks;
};
void run(const TrainCommand& command);

struct CompareCommand {
  std::vector<std::string> configs;  // files, and names of kinds
  ConfigTableOptions tables;
  std::string out = "runs/compare";
  std::vector<std::string> settings;
  bool classics = false;  // also the kinds that need no features
  int seeds = 1, threads = 0;
  std::string format = "text";
  bool quiet = false;
};
void run(const CompareCommand& command);

struct TuneCommand {
  std::string config;
  ConfigTableOptions tables;
  std::string space, points;  // files
  std::string out = "runs/tune";
  std::vector<std::string> settings;
  std::string search, metric;  // "": the default
  int trials = 20, parallel = 0, threads = 0;
  int64_t seed = 42;
  bool show_space = false, no_test = false, quiet = false;
  std::string format = "text";
};
void run(const TuneCommand& command);

struct EvaluateCommand {
  std::string bundle;
  ConfigTableOptions tables;
  std::string split, format = "text";
  std::vector<std::string> by;  // columns and kinds of segments
  bool full = false;
  LargeDataArguments large;
  int threads = 0;
};
void run(const EvaluateCommand& command);

struct RecommendCommand {
  std::string bundle;
  std::vector<std::string> query;
  TableOptions queries;
  int k = 10, offset = 0, retrieve = 0, threads = 0;
  bool keep_seen = false;
  bool attributes = false;  // include the items' attributes in answers to a table
  std::optional<ListOrder> order;
  std::optional<double> blend;
  std::vector<std::string> exclude, where;
  std::string format, out;  // format "": table for one query; for a table csv, or by the extension of `out`
  bool quiet = false;

  RecommendOptions options() const;
};
void run(const RecommendCommand& command);
// Answers each row of a table.
void recommend_table(const Recommender& recommender, const RecommendCommand& command);

struct PredictCommand {
  std::string bundle;
  std::vector<std::string> query, item;
  TableOptions data;
  std::string format, out;
  int threads = 0;
  bool raw = false;  // raw predictions, which may be outside their label's range
  bool quiet = false;
};
void run(const PredictCommand& command);
void predict_table(const Recommender& recommender, const PredictCommand& command);

struct SimilarCommand {
  std::string bundle, item;
  Similarity by = Similarity::learned;
  int k = 10;
  std::string format = "table";
};
void run(const SimilarCommand& command);

struct EmbedCommand {
  std::string bundle;
  bool items = false;
  TableOptions queries;
  std::string out;
  int threads = 0;
  bool quiet = false;
};
void run(const EmbedCommand& command);

struct ImportCommand {
  std::string checkpoint, config;
  ConfigTableOptions tables;
  std::string out;
  int threads = 0;
  std::vector<std::string> settings;
  bool new_optimizer = false, quiet = false;
};
void run(const ImportCommand& command);

struct ExportCommand {
  std::string bundle, to, out;
  std::string like;                // tensorflow: a checkpoint of the Keras model with the structure to use
  std::vector<std::string> names;  // tensorflow: "query=user_model"
};
void run(const ExportCommand& command);

struct ServeCommand {
  std::vector<std::string> models;  // BUNDLE or NAME=BUNDLE
  ServeOptions options;
};
void run(const ServeCommand& command);

struct BenchServeCommand {
  std::string bundle;
  int k = 10, retrieve = 10, connections = 16, threads = 0, swaps = 0;
  double rate = 5'000, seconds = 10, warm_up = 1;
  std::vector<std::string> where;
};
void run(const BenchServeCommand& command);

struct BenchRanksCommand {
  int rounds = 0;  // 0: 5 to 100, by size
  RankArguments ranks;
};
void run(const BenchRanksCommand& command);

struct LaunchCommand {
  int ranks = 0, threads = 0, restarts = 3;
  std::vector<std::string> arguments;
};
void run(const LaunchCommand& command);

struct KeyCommand {
  std::string name, file;
  Scope scope = Scope::read;
};
void run(const KeyCommand& command);

struct SynthCommand {
  SynthOptions options;
  std::string out;
  int64_t shard_rows = 0;
  int threads = 0;
  bool quiet = false;
};
void run(const SynthCommand& command);

}  // namespace shortlist
