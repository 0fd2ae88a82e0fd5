#include "shortlist/engine/training.h"

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "shortlist/bundle/bundle.h"
#include "shortlist/engine/run_files.h"
#include "shortlist/io/file.h"
#include "shortlist/metrics/evaluation.h"
#include "shortlist/metrics/history_files.h"
#include "shortlist/metrics/overlap.h"
#include "shortlist/model/build.h"
#include "shortlist/train/checkpoint.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

ModelSpec build(const Config& config, const FeatureMap& features) {
  return build_model(config, feature_shapes(features.select(config.query.features)),
                     feature_shapes(features.select(config.candidate.features)));
}

template <typename T>
std::vector<T> take(const std::vector<T>& values, const std::vector<uint32_t>& rows) {
  std::vector<T> taken;
  if (values.empty()) return taken;
  taken.reserve(rows.size());
  for (uint32_t row : rows) taken.push_back(values[row]);
  return taken;
}

// Rows of a dataset as metrics see them, with one task's labels.
struct ObservedRows {
  ObservedRows(const Dataset& data, const std::vector<uint32_t>& rows, size_t task)
      : query(take(data.query_of_row, rows)),
        candidate(take(data.candidate_of_row, rows)),
        user(take(data.user_of_row, rows)),
        weight(take(data.weights, rows)) {
    for (uint32_t& c : candidate) c = data.item_of_candidate[c];
    if (task < data.labels.size()) label = take(data.labels[task], rows);
    view = {rows.size(), query, candidate, user, label, weight};
  }
  std::vector<uint32_t> query, candidate, user;
  std::vector<float> label, weight;
  Observations view;
};

EvaluationReport evaluate_rows(const Config& config, Evaluator& evaluator, const Dataset& data,
                               const std::string& split) {
  const std::vector<uint32_t> rows = data.split.rows(split);
  if (rows.empty()) throw data_error("the split leaves no row to evaluate: {} is empty", split);
  EvaluationReport report{.split = split, .rows = rows.size()};
  const ObservedRows train(data, data.split.train, 0), observed(data, rows, 0);
  report.share_in_train = share_in_train(train.view, observed.view);
  for (const auto& [name, value] : evaluator.figures(rows, true)) {
    if (name.find("loss") != std::string::npos && name != "log_loss") report.losses.emplace_back(name, value);
  }
  const RowScores scores = evaluator.score(rows);
  const auto seed = static_cast<uint64_t>(config.training.seed);
  if (config.retrieval) {
    report.tasks.push_back(evaluate_retrieval(train.view, observed.view,
                                              static_cast<uint32_t>(data.items.ids.size()), scores.ranks,
                                              config.retrieval->top_k, seed));
  }
  for (size_t t = 0; t < config.ranking.size(); ++t) {
    const ObservedRows labelled_train(data, data.split.train, t), labelled(data, rows, t);
    report.tasks.push_back(evaluate_ratings(config.ranking[t].label, labelled_train.view, labelled.view,
                                            scores.predictions[t], seed));
  }
  return report;
}

// Ratings by user of the training rows, each user's mean taken off.
UserRatings user_ratings(const Dataset& data) {
  UserRatings ratings;
  if (data.user_of_row.empty() || data.labels.empty()) return ratings;
  std::vector<uint32_t> rows = data.split.train;
  std::ranges::stable_sort(rows, {}, [&](uint32_t row) { return data.user_of_row[row]; });
  ratings.offsets.push_back(0);
  for (size_t begin = 0; begin < rows.size();) {
    size_t end = begin;
    double sum = 0;
    while (end < rows.size() && data.user_of_row[rows[end]] == data.user_of_row[rows[begin]]) {
      sum += data.labels[0][rows[end++]];
    }
    const double mean = sum / static_cast<double>(end - begin);
    for (; begin < end; ++begin) {
      ratings.items.push_back(
          static_cast<int32_t>(data.item_of_candidate[data.candidate_of_row[rows[begin]]]));
      ratings.centred.push_back(static_cast<float>(data.labels[0][rows[begin]] - mean));
    }
    ratings.offsets.push_back(static_cast<int64_t>(ratings.items.size()));
  }
  return ratings;
}

void check_output(const TrainingOptions& options) {
  const std::string checkpoints = run_folder(options.out) + "/checkpoints";
  const bool run = is_bundle(options.out) || !newest_checkpoint(checkpoints).empty();
  if (run && !options.resume) {
    throw usage_error("{}: holds a run already; go on with --resume, or choose another --out", options.out);
  }
  // A run that was killed before its first checkpoint goes on from the start.
  if (!run && options.resume && !fs::exists(run_folder(options.out))) {
    throw usage_error("{}: holds no run to go on with", options.out);
  }
}

Buffer embed_catalogue(ThreadPool& pool, const ModelSpec& spec, Parameters& parameters, const Dataset& data) {
  Plan plan(spec, parameters, {.outputs = {spec.candidate}});
  const size_t width = static_cast<size_t>(spec.at(spec.candidate).width),
               count = data.candidate_of_item.size();
  Buffer embeddings(count, width);
  run_tower(pool, plan, spec.candidate, Domain::candidate, data.candidates, data.candidate_of_item,
            embeddings.view(count, width));
  return embeddings;
}

// A vocabulary of one tells nothing apart: most likely not what was meant.
void warn_of_constant_features(const FeatureMap& features, TrainingListener& listener) {
  for (size_t i = 0; i < features.size(); ++i) {
    const Feature& feature = *features[i].feature;
    if (feature.kind() == "category" && feature.id_count() <= 2) {
      listener.warned(fmt::format("feature '{}': its vocabulary has {} value, so it tells nothing apart",
                                  features[i].name, feature.id_count() - 1));
    }
  }
}

}  // namespace

TrainingResult train(const Config& config, const TrainingOptions& options, TrainingListener& listener,
                     const std::atomic<bool>& stop) {
  check_output(options);
  make_directories(run_folder(options.out));
  const PreparedData prepared = prepare_data(config, Table::open(config.data.source()));
  const Dataset& data = prepared.data;
  const ModelSpec spec = build(config, prepared.features);
  Parameters parameters(spec);
  parameters.initialize(static_cast<uint64_t>(config.training.seed));
  ThreadPool pool(options.threads);
  warn_of_constant_features(prepared.features, listener);
  listener.prepared(config, data, spec, parameters);
  Trainer trainer(config, spec, parameters, data, pool);
  const std::string checkpoints = run_folder(options.out) + "/checkpoints";
  if (options.resume && trainer.resume(checkpoints)) listener.resumed(trainer.state());
  RunFiles files(config, options.out, data, listener);
  TrainingResult result;
  result.finished = trainer.run(files, stop, checkpoints) == Trainer::Outcome::finished;
  result.history = trainer.state().history;
  if (!result.finished) return result;
  Evaluator evaluator(config, spec, parameters, data, pool);
  result.report = evaluate_rows(
      config, evaluator, data,
      data.split.test.empty() ? data.split.validation.empty() ? "train" : "validation" : "test");
  const Buffer embeddings = embed_catalogue(pool, spec, parameters, data);
  const ConstMatrix candidates =
      embeddings.view(data.items.ids.size(), static_cast<size_t>(spec.at(spec.candidate).width));
  const UserRatings ratings = user_ratings(data);
  BundleContent content{&config,
                        &prepared.features,
                        &parameters,
                        candidates,
                        &data.items,
                        &ratings,
                        to_json(result.history),
                        report_json(result.report),
                        {}};
  content.extras = people_files(config, spec, parameters, result.history, result.report);
  save_bundle(options.out, content);
  files.finish(candidates, data.items);
  listener.evaluated(result.report);
  return result;
}

EvaluationReport evaluate(const std::string& path, const TableSource& source, const std::string& split,
                          int threads) {
  Bundle bundle = load_bundle(path);
  const Dataset data = apply_features(bundle.config, bundle.features, Table::open(source));
  ThreadPool pool(threads);
  Evaluator evaluator(bundle.config, bundle.spec, *bundle.parameters, data, pool);
  return evaluate_rows(bundle.config, evaluator, data, split);
}

std::string summary(const ModelSpec& spec, const Parameters& parameters) {
  std::string text =
      fmt::format("{:<34} {:<16} {:>10} {:>12}  {}\n", "node", "layer", "output", "parameters", "inputs");
  text += std::string(96, '-') + "\n";
  for (size_t i = 0; i < spec.nodes.size(); ++i) {
    const Node& node = spec.nodes[i];
    size_t count = 0;
    for (const ParameterState* state : parameters.of(i)) count += state->spec.rows * state->spec.cols;
    std::string inputs;
    for (int input : node.inputs) inputs += (inputs.empty() ? "" : ", ") + spec.at(input).name;
    if (node.feature >= 0) inputs = node.layer->kind() == "embedding" ? "ids" : "numbers";
    text += fmt::format("{:<34} {:<16} {:>10} {:>12}  {}\n", node.name, node.layer->kind(),
                        fmt::format("[*, {}]", node.width), fmt::format("{}", count), inputs);
  }
  text += std::string(96, '-') + "\n";
  text += fmt::format("trained parameters: {}; kept beside them: {}\n", parameters.trainable_count(),
                      parameters.kept_count());
  return text;
}

Described describe(const Config& config) {
  const PreparedData prepared = prepare_data(config, Table::open(config.data.source()));
  const ModelSpec spec = build(config, prepared.features);
  const Parameters parameters(spec);
  const std::vector<GraphNode> graph = graph_nodes(config, spec);
  return {summary(spec, parameters), to_dot(graph), graph_to_svg(graph, "")};
}

}  // namespace shortlist
