#include "shortlist/jobs/run_files.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/interop/tensorboard/projector.h"
#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/metrics/history_json.h"
#include "shortlist/report/chart.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/report/figure_text.h"
#include "shortlist/report/history_csv.h"
#include "shortlist/report/learning_curves.h"
#include "shortlist/report/model_summary.h"
#include "shortlist/train/checkpoint.h"
#include "shortlist/train/epoch_rows.h"

namespace shortlist {
namespace {

constexpr size_t kProjectorRows = 10'000;  // browsers are slow with more

std::string group_of(const std::string& name) {
  if (name.starts_with("query/")) return "query tower";
  if (name.starts_with("candidate/")) return "item tower";
  return "ranking";
}

// The settings that are shown in a picture of the model.
std::string detail_of(const Node& node) {
  const Value settings = node.layer->settings();
  const std::string kind(node.layer->kind());
  if (kind == "embedding") {
    const size_t rows = node.layer->plan({}).parameters[0].rows;
    return fmt::format("{} x {}", rows, node.width);
  }
  std::string detail;
  for (const char* key : {"dense", "activation", "cross", "dropout"}) {
    const Value* value = settings.find(key);
    if (value == nullptr || (value->text() != nullptr && *value->text() == "linear")) continue;
    const std::string text = value->text() != nullptr ? *value->text() : fmt::format("{}", to_toml(*value));
    detail += (detail.empty() ? "" : ", ") + (std::string(key) == "dense" ? text + " units" : text);
  }
  return detail;
}

std::string title_of(const TaskReport& task) {
  if (task.task == TaskReport::retrieval) return "Retrieval";
  if (task.task == TaskReport::list) return "Lists as served";
  return "Predicted " + task.task;
}

// The main metrics. All others are folded, Keras's duplicates last.
ReportTable evaluation_table(const TaskReport& task) {
  ReportTable table;
  table.title = title_of(task);
  table.headers = {"", "model", "95 % interval"};
  for (const BaselineReport& baseline : task.baselines) table.headers.push_back(baseline.name);
  const std::vector<std::string> brief = brief_figures(task);
  std::vector<std::vector<std::string>> of_keras;
  for (const ReportMetric& figure : task.model) {
    const bool is_brief = std::ranges::find(brief, figure.name) != brief.end();
    auto& rows = is_brief ? table.rows : figure.name.starts_with("keras_") ? of_keras : table.folded_rows;
    rows.push_back(figure_cells(task, figure));
  }
  table.folded_rows.insert(table.folded_rows.end(), of_keras.begin(), of_keras.end());
  table.folded_title = fmt::format("{} more figures", table.folded_rows.size());
  if (!of_keras.empty())
    table.folded_title += fmt::format(", {} of them as Keras counts them", of_keras.size());
  return table;
}

// A bundle must have the same bytes wherever it is made, so names are written without their folders.
std::string name_of_model(const Config& config) {
  const std::string name = std::filesystem::path(config.file).stem();
  return name.empty() ? "Model" : name;
}

std::string name_of_table(const Config& config) {
  if (config.data.rows != nullptr) return config.data.source().describe();
  const bool is_file = !config.data.data.empty() || !config.data.table.empty();
  if (!is_file) return config.data.sql.empty() ? "none" : "an SQL query";
  return std::filesystem::path(config.data.table_text()).filename();
}

std::string count_text(size_t count) { return with_commas(std::to_string(count)); }

std::string epochs_text(const History& history, int kept) {
  const size_t count = history.epochs.size();
  if (count == 0 || kept == history.epochs.back().epoch) return fmt::format("{}", count);
  return fmt::format("{}; the model is that of epoch {}", count, kept);
}

// Keras's names of the metrics that TensorBoard shows.
std::string keras_tag(const std::string& name) {
  if (name == "rmse") return "epoch_root_mean_squared_error";
  if (name == "loss") return "epoch_total_loss";
  if (name.starts_with("keras_top_"))
    return "epoch_factorized_top_k/" + name.substr(6) + "_categorical_accuracy";
  return "epoch_" + name;
}

std::string lock_file(const std::string& folder) { return folder + "/lock"; }

// Creates the folder, and returns all folders that it created, inner ones first.
std::vector<std::filesystem::path> make_missing(const std::string& folder) {
  std::vector<std::filesystem::path> made;
  std::error_code error;
  for (std::filesystem::path path = std::filesystem::path(folder).lexically_normal();
       !path.empty() && !std::filesystem::exists(path, error); path = path.parent_path())
    made.push_back(path);
  make_directories(folder);
  return made;
}

// `format` is for strftime.
std::string utc_time(std::chrono::system_clock::time_point time, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  char text[32];
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

}  // namespace

std::string run_folder(const std::string& out) { return out + "/run"; }

std::string checkpoint_folder(const std::string& out) { return run_folder(out) + "/checkpoints"; }

RunLock::RunLock(const std::string& out)
    : folder_(run_folder(out)), made_(make_missing(folder_)), lock_(FileLock::try_lock(lock_file(folder_))) {
  if (!lock_) {
    throw usage_error(
        "{}: another training is writing to this folder; wait until it ends, or choose another --out", out);
  }
  remove_temporaries(folder_);
}

RunLock::~RunLock() {
  if (made_.empty()) return;
  namespace fs = std::filesystem;
  std::error_code error;
  const auto files = std::distance(fs::directory_iterator(folder_, error), fs::directory_iterator());
  if (error || files != 1) return;  // the folder contains more than the lock
  fs::remove(lock_file(folder_), error);
  for (const fs::path& path : made_) fs::remove(path, error);  // keeps folders that are not empty
}

std::string refit_folder(const std::string& out) { return run_folder(out) + "/refit"; }

void remove_run(const std::string& out) {
  for (const char* name : {"checkpoints", "refit", "train", "validation", "run.json", "report.html"}) {
    const std::string path = run_folder(out) + "/" + name;
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) throw failed("{}: cannot be removed: {}", path, error.message());
  }
}

void check_holds_no_run(const std::string& out) {
  if (!is_bundle(out) && !has_checkpoint(checkpoint_folder(out))) return;
  throw usage_error(
      "{}: already contains a run; continue it with train --resume, replace it with --overwrite, or choose "
      "another --out",
      out);
}

void use_tables_of_run(const std::string& out, Config& config) {
  const std::string path = run_folder(out) + "/run.json";
  if (type_of_file(path) == std::filesystem::file_type::not_found) return;
  reading_file(path, [&] {
    const nlohmann::json run = parse_json(FileBytes(path).text(), path);
    const auto use = [&](const char* name, TableConfig& table) {
      if (const std::string text = run.value(name, ""); !text.empty()) table.use_table(text);
    };
    use("table", config.data);
    if (config.items.has_table()) use("items", config.items);
    if (config.users) use("users", *config.users);
  });
}

std::vector<GraphNode> graph_nodes(const Config& config, const ModelSpec& spec) {
  std::vector<GraphNode> nodes;
  for (const Node& node : spec.nodes) {
    nodes.push_back({node.name, std::string(node.layer->kind()), detail_of(node),
                     fmt::format("[*, {}]", node.width), group_of(node.name), node.inputs});
  }
  if (config.retrieval && config.model.retrieves_by_towers())
    nodes.push_back({"retrieval", "loss", "in_batch_softmax", "", "", {spec.query, spec.candidate}});
  return nodes;
}

ReportPage report_page(const Config& config, const Towers* towers, const History& history, int kept_epoch,
                       const EvaluationReport& report) {
  ReportPage page;
  page.title = name_of_model(config);
  page.subtitle = "Training report";
  page.facts = {{"table", name_of_table(config)},
                {"epochs", epochs_text(history, kept_epoch)},
                {"rows evaluated", fmt::format("{} ({})", count_text(report.rows), report.split)}};
  page.history = history;
  page.kept_epoch = kept_epoch;
  page.evaluation.emplace_back().sentences = verdict(report);
  for (const TaskReport& task : report.tasks) page.evaluation.push_back(evaluation_table(task));
  if (report.list) page.evaluation.push_back(evaluation_table(report.list->task));
  page.config = config_to_toml(config);
  if (towers == nullptr) return page;
  page.facts.insert(page.facts.begin() + 1,
                    {"trained parameters", count_text(towers->parameters->trainable_count())});
  page.model_summary = model_summary(towers->spec, *towers->parameters);
  page.graph_svg = graph_to_svg(graph_nodes(config, towers->spec), "The model");
  return page;
}

std::vector<ExtraFile> people_files(const Config& config, const Towers* towers, const ReportPage& page,
                                    const EvaluationReport& report) {
  std::vector<ExtraFile> files;
  if (towers != nullptr) {
    files = {{"model.dot", to_dot(graph_nodes(config, towers->spec))},
             {"model.svg", page.graph_svg},
             {"summary.txt", page.model_summary}};
  }
  files.push_back({"report.txt", report_text(report, ReportDetail::full)});
  files.push_back({"report.html", to_html(page)});
  if (page.history.epochs.empty()) return files;
  const ChartRow curves = learning_curves(page.history, "Learning curves", page.kept_epoch);
  files.insert(files.begin(), {{"history.csv", to_csv(page.history)},
                               {"curves.svg", to_svg(curves)},
                               {"curves.png", to_png(curves)}});
  return files;
}

RunFiles::RunFiles(const Config& config, const std::string& out, const Dataset& data,
                   TrainingCallback& callback, bool refit)
    : config_(config),
      folder_(run_folder(out)),
      events_(refit ? refit_folder(out) : folder_),
      callback_(callback),
      started_(std::chrono::system_clock::now()) {
  const size_t batch = static_cast<size_t>(config.training.batch);
  const bool in_groups = std::ranges::any_of(
      config.ranking, [](const RankingConfig& ranking) { return ranking.loss.compares_rows(); });
  const GroupOrder groups{in_groups, static_cast<size_t>(config.training.group_rows)};
  steps_an_epoch_ = static_cast<int64_t>(chunk_count(rows_an_epoch(block_of(data), groups), batch));
}

RunFiles::~RunFiles() = default;

void RunFiles::write_epoch(const EpochRecord& epoch, const Parameters& parameters) {
  if (train_ == nullptr) {
    train_ = std::make_unique<EventFile>(events_ + "/train");
    validation_ = std::make_unique<EventFile>(events_ + "/validation");
  }
  const int64_t step = epoch.epoch - 1;  // Keras counts from 0
  for (const auto& [name, value] : epoch.train)
    train_->scalar(keras_tag(name), step, static_cast<float>(value));
  train_->scalar("epoch_lr", step, static_cast<float>(epoch.learning_rate));
  for (const auto& [name, value] : epoch.validation) {
    validation_->scalar(keras_tag(name), step, static_cast<float>(value));
    validation_->scalar("evaluation_" + keras_tag(name).substr(6) + "_vs_iterations",
                        steps_an_epoch_ * epoch.epoch, static_cast<float>(value));
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Matrix& value = parameters.at(i).value;
    train_->histogram(parameters.name(i) + "/histogram", step, {value.data, value.rows * value.cols});
  }
  train_->flush();
  validation_->flush();
}

void RunFiles::after_epoch(const EpochRecord& epoch, const Parameters& parameters) {
  if (config_.training.tensorboard) write_epoch(epoch, parameters);
  callback_.after_epoch(epoch, parameters);
}

void RunFiles::finish(ConstMatrix vectors, const Items& items, ReportPage page) {
  if (config_.training.tensorboard && vectors.rows > 0) {
    ProjectorLabels labels;
    labels.columns = {items.id_column};
    for (const Attribute& attribute : items.attributes) labels.columns.push_back(attribute.name);
    const size_t rows = std::min(vectors.rows, kProjectorRows);
    for (size_t i = 0; i < rows; ++i) {
      std::vector<std::string>& row = labels.rows.emplace_back();
      row.push_back(items.ids[i]);
      for (const Attribute& attribute : items.attributes)
        row.push_back(text_of(attribute, attribute.values[i]));
    }
    write_projector(folder_, "items", vectors.head(rows), labels);
  }
  const auto ended = std::chrono::system_clock::now();
  page.facts.insert(page.facts.begin(), {"date", utc_time(ended, "%Y-%m-%d %H:%M UTC")});
  write_file_atomically(folder_ + "/report.html", to_html(page));
  constexpr const char* kIso = "%Y-%m-%dT%H:%M:%SZ";
  nlohmann::json run = {{"started", utc_time(started_, kIso)},
                        {"ended", utc_time(ended, kIso)},
                        {"seconds", std::chrono::duration<double>(ended - started_).count()},
                        {"table", config_.data.table_text()},
                        {"config", config_.file}};
  if (config_.items.has_table()) run["items"] = config_.items.table_text();
  if (config_.users) run["users"] = config_.users->table_text();
  write_file_atomically(folder_ + "/run.json", dump_json(run));
}

}  // namespace shortlist
