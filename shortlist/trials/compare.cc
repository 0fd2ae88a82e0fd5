#include "shortlist/trials/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/io/sha256.h"
#include "shortlist/jobs/evaluate.h"
#include "shortlist/learners/kinds.h"
#include "shortlist/trials/shared_split.h"
#include "shortlist/trials/unit_figures.h"

namespace shortlist {
namespace {

using FiguresByName = std::map<std::string, UnitFigure>;

struct Run {
  size_t contender;
  int64_t seed;
  RunFolder folder;
  std::string toml, key;
  RunRecord record;  // after it
};

int k_near_10(const Config& config) {
  const std::vector<int> ks = config.retrieval ? config.retrieval->top_k : RetrievalConfig().top_k;
  return std::ranges::min(ks, {}, [](int k) { return std::abs(k - 10); });
}

class CompareJob {
 public:
  CompareJob(const std::vector<Contender>& contenders, const CompareOptions& options,
             CompareProgress& progress, const std::atomic<bool>& stop)
      : contenders_(contenders), options_(options), progress_(progress), stop_(stop) {
    result_.models.resize(contenders.size());
    for (size_t c = 0; c < contenders.size(); ++c) {
      result_.models[c].name = contenders[c].name;
      result_.models[c].kind = contenders[c].config.model.kind;
    }
    result_.k = k_near_10(first());
  }

  ComparisonReport run() {
    split_ = write_shared_split(first(), options_.out + "/split.npy", false);
    result_.split = split_.test > 0 ? "test" : "validation";
    result_.rows = split_.test > 0 ? split_.test : split_.validation;
    if (result_.rows == 0)
      throw data_error("data.split leaves no test and no validation rows to compare models on");
    for (size_t c = 0; c < contenders_.size(); ++c) plan(c);
    train();
    if (stop_)
      throw Error(ErrorKind::interrupted,
                  fmt::format("stopped; finished trainings are kept in {}, and the same command goes on",
                              options_.out));
    measure();
    return std::move(result_);
  }

 private:
  const Config& first() const { return contenders_[0].config; }

  // The config of a contender with what is the same for all.
  Value settings(const Config& config, int64_t seed) const {
    Value root = settings_on(split_, config, first());
    set_path(root, "training.seed", Value(seed));
    if (!config.retrieval) return root;
    const RetrievalConfig retrieval = first().retrieval.value_or(RetrievalConfig());
    set_path(root, "retrieval.top_k", write_value(retrieval.top_k));
    set_path(root, "retrieval.positives", Value(retrieval.positives));
    set_path(root, "recommend.seen", write_value(first().recommend.seen));
    return root;
  }

  void plan(size_t c) {
    const Config& config = contenders_[c].config;
    if (!contenders_[c].error.empty()) {
      result_.models[c].error = contenders_[c].error;
      return;
    }
    try {
      if (config.items.id != first().items.id)
        throw usage_error("items.id is '{}', but that of {} is '{}': they have different items",
                          config.items.id, contenders_[0].name, first().items.id);
      find_kind(config.model);
      for (int i = 0; i < options_.seeds; ++i) {
        Run run{.contender = c,
                .seed = static_cast<int64_t>(static_cast<uint64_t>(first().training.seed) +
                                             static_cast<uint64_t>(i))};
        const Config own = read_config(settings(config, run.seed), contenders_[c].name);
        run.toml = config_to_toml(own);
        std::string what = run.toml + split_.hash;
        for (const std::string& option : table_options(config)) what += "\n" + option;
        run.key = sha256_hex(what);
        run.folder.base = fmt::format("{}/{}/seed-{}", options_.out, contenders_[c].name, run.seed);
        runs_.push_back(std::move(run));
      }
    } catch (const Error& error) {
      result_.models[c].error = error.message();
    }
  }

  void train() {
    std::vector<Run*> waiting;
    for (Run& run : runs_) {
      if (!run.folder.is_done(run.key, run.record)) {
        waiting.push_back(&run);
      } else {
        progress_.kept(contenders_[run.contender].name, run.seed);
      }
    }
    const auto make = [&](size_t i) {
      const Run& run = *waiting[i];
      progress_.started(contenders_[run.contender].name, run.seed, i + 1, waiting.size());
      ChildJob job = run.folder.start(run.toml, run.key, options_.threads,
                                      table_options(contenders_[run.contender].config));
      job.line = [this](std::string_view line) {
        progress_.line(line);
        return true;
      };
      return job;
    };
    const auto ended = [&](size_t i, const ChildEnd& end) {
      if (stop_) return;
      Run& run = *waiting[i];
      run.record = run.folder.finish(run.key, end);
      progress_.ended(contenders_[run.contender].name, run.seed, run.record);
    };
    // One at a time, so that no training slows another down.
    run_children(options_.program, waiting.size(), 1, make, ended, stop_);
  }

  RowResults measure(const Run& run) const {
    RowResults results;
    evaluate(load_bundle(run.folder.base), contenders_[run.contender].config, result_.split, options_.threads,
             {}, &results);
    return results;
  }

  void measure() {
    std::vector<std::vector<RowResults>> results(contenders_.size());
    for (Run& run : runs_) {
      ComparedModel& model = result_.models[run.contender];
      if (model.error.empty()) model.error = run.record.error;
      if (!model.error.empty()) continue;
      try {
        results[run.contender].push_back(measure(run));
        result_.by_row = result_.by_row || has_several_lists(results[run.contender].back());
      } catch (const Error& error) {
        model.error = error.message();
      }
      model.seconds += run.record.seconds / options_.seeds;
      model.cpu_seconds += run.record.cpu_seconds / options_.seeds;
      model.peak_bytes = std::max(model.peak_bytes, run.record.peak_bytes);
    }
    std::set<std::string> names;
    std::vector<std::vector<FiguresByName>> figures(contenders_.size());
    for (size_t c = 0; c < contenders_.size(); ++c) {
      if (!result_.models[c].error.empty()) continue;
      for (const RowResults& of : results[c])
        figures[c].push_back(unit_figures(of, result_.k, result_.by_row));
      for (const FiguresByName& of : figures[c])
        for (const auto& [name, figure] : of) names.insert(name);
    }
    for (const std::string& name : names) compare_figure(name, figures);
  }

  // Adds one figure of every contender that has it.
  void compare_figure(const std::string& name, const std::vector<std::vector<FiguresByName>>& figures) {
    std::vector<size_t> having;
    std::vector<UnitFigure> means;
    for (size_t c = 0; c < figures.size(); ++c) {
      std::vector<const UnitFigure*> of_seeds;
      for (const FiguresByName& of : figures[c])
        if (const auto at = of.find(name); at != of.end()) of_seeds.push_back(&at->second);
      if (of_seeds.empty() || of_seeds.size() != figures[c].size()) continue;
      having.push_back(c);
      means.push_back(mean_of(of_seeds));
    }
    std::vector<uint32_t> units;  // that all have
    for (const auto& [unit, value] : means[0].values)
      if (std::ranges::all_of(means, [&](const UnitFigure& mean) { return mean.values.contains(unit); }))
        units.push_back(unit);
    if (name.starts_with("ndcg@")) result_.users = units.size();
    std::vector<float> weights;
    if (!means[0].weights.empty())
      for (uint32_t unit : units) weights.push_back(static_cast<float>(means[0].weights.at(unit)));
    Bootstrap bootstrap(units.size(), weights);
    for (const UnitFigure& mean : means)
      bootstrap.add_mean([&](size_t u) { return mean.values.at(units[u]); },
                         mean.squared ? Transform::square_root : Transform::none);
    bootstrap.resample(RandomStream(static_cast<uint64_t>(first().training.seed), "compare"));
    for (size_t i = 0; i < having.size(); ++i) {
      ComparedFigure figure{.name = name, .value = bootstrap.value(i), .interval = bootstrap.interval(i)};
      figure.deviation = deviation(name, figures[having[i]]);
      if (i > 0 && having[0] == 0) {
        figure.difference = bootstrap.value(i) - bootstrap.value(0);
        figure.difference_interval = bootstrap.difference(i, 0);
      }
      result_.models[having[i]].figures.push_back(std::move(figure));
    }
  }

  static double deviation(const std::string& name, const std::vector<FiguresByName>& of_seeds) {
    if (of_seeds.size() < 2) return 0;
    double mean = 0, squares = 0;
    const auto n = static_cast<double>(of_seeds.size());
    for (const FiguresByName& of : of_seeds) mean += figure_of(of.at(name)) / n;
    for (const FiguresByName& of : of_seeds)
      squares += (figure_of(of.at(name)) - mean) * (figure_of(of.at(name)) - mean);
    return std::sqrt(squares / (n - 1));
  }

  const std::vector<Contender>& contenders_;
  const CompareOptions& options_;
  CompareProgress& progress_;
  const std::atomic<bool>& stop_;
  SharedSplit split_;
  std::vector<Run> runs_;
  ComparisonReport result_;
};

nlohmann::json pair_of(const Interval& interval) { return {interval.low, interval.high}; }

nlohmann::json model_json(const ComparedModel& model) {
  nlohmann::json json = {{"name", model.name}, {"kind", model.kind}};
  if (!model.error.empty()) {
    json["error"] = model.error;
    return json;
  }
  nlohmann::json& figures = json["figures"] = nlohmann::json::object();
  for (const ComparedFigure& figure : model.figures) {
    nlohmann::json& to = figures[figure.name];
    to = {{"value", figure.value}, {"interval", pair_of(figure.interval)}, {"deviation", figure.deviation}};
    if (!figure.difference) continue;
    to["difference"] = *figure.difference;
    to["difference_interval"] = pair_of(*figure.difference_interval);
  }
  json["seconds"] = model.seconds;
  json["cpu_seconds"] = model.cpu_seconds;
  json["peak_memory_bytes"] = model.peak_bytes;
  return json;
}

}  // namespace

ComparisonReport compare(const std::vector<Contender>& contenders, const CompareOptions& options,
                         CompareProgress& progress, const std::atomic<bool>& stop) {
  make_directories(options.out);
  const std::optional<FileLock> lock = FileLock::try_lock(options.out + "/lock");
  if (!lock)
    throw usage_error("{}: another comparison is writing to this folder; choose another --out", options.out);
  ComparisonReport result = CompareJob(contenders, options, progress, stop).run();
  write_file_atomically(options.out + "/compare.json", comparison_json(result));
  return result;
}

std::string comparison_json(const ComparisonReport& comparison) {
  nlohmann::json models = nlohmann::json::array();
  for (const ComparedModel& model : comparison.models) models.push_back(model_json(model));
  return dump_json({{"split", comparison.split},
                    {"rows", comparison.rows},
                    {"users", comparison.users},
                    {"k", comparison.k},
                    {"lists", comparison.by_row ? "row" : "user"},
                    {"models", std::move(models)}});
}

}  // namespace shortlist
