#include "shortlist/train/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "shortlist/io/json.h"
#include "shortlist/io/safetensors.h"
#include "shortlist/metrics/history_json.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;
constexpr const char* kDamaged = ".damaged";
constexpr const char* kFormat = "shortlist checkpoint 3";

nlohmann::json state_to_json(const TrainerState& state) {
  nlohmann::json sums = {{"rows", state.sums.rows},
                         {"weight", state.sums.weight},
                         {"losses", state.sums.losses},
                         {"squared_errors", state.sums.squared_errors}};
  if (!state.sums.own_weights.empty()) sums["own_weights"] = state.sums.own_weights;
  return {
      {"epoch", state.epoch},
      {"step", state.step},
      {"learning_rate", state.learning_rate},
      {"configured_rate", state.configured_rate},
      {"rates", state.rates},
      {"averaged", state.averaged},
      {"plateau", {state.plateau.started, state.plateau.best, state.plateau.wait, state.plateau.cooldown}},
      {"early", {state.early.best, state.early.best_epoch, state.early.wait, state.early.epochs}},
      {"stopped_early", state.stopped_early},
      {"sums", std::move(sums)},
      {"history", to_json(state.history)}};
}

TrainerState state_from_json(const nlohmann::json& json, const std::string& path) {
  TrainerState state;
  json.at("epoch").get_to(state.epoch);
  json.at("step").get_to(state.step);
  json.at("learning_rate").get_to(state.learning_rate);
  json.at("configured_rate").get_to(state.configured_rate);
  const nlohmann::json &plateau = json.at("plateau"), &early = json.at("early");
  state.plateau = {plateau.at(0), plateau.at(1), plateau.at(2), plateau.at(3)};
  state.early = {early.at(0), early.at(1), early.at(2), early.at(3)};
  json.at("stopped_early").get_to(state.stopped_early);
  const nlohmann::json& sums = json.at("sums");
  sums.at("rows").get_to(state.sums.rows);
  sums.at("weight").get_to(state.sums.weight);
  sums.at("losses").get_to(state.sums.losses);
  sums.at("squared_errors").get_to(state.sums.squared_errors);
  if (sums.contains("own_weights")) sums.at("own_weights").get_to(state.sums.own_weights);
  state.history = history_from_json(json.at("history").get<std::string>(), path);
  state.averaged = json.value("averaged", int64_t{0});
  if (json.contains("rates")) {
    json.at("rates").get_to(state.rates);
  } else {  // written before schedules, when an epoch's rate was the config's or the plateau's
    for (const EpochRecord& epoch : state.history.epochs) state.rates.push_back(epoch.learning_rate);
  }
  return state;
}

void append(std::vector<TensorView>& tensors, const std::string& name, const Matrix& m) {
  tensors.push_back(tensor_view<float>(name, {m.rows, m.cols}, {m.data, m.rows * m.cols}));
}

void fill_from(const SafetensorsFile& file, const std::string& name, const Matrix& m) {
  const size_t shape[] = {m.rows, m.cols};
  const auto values = file.need(name, DType::F32, shape).floats();
  std::copy(values.begin(), values.end(), m.data);
}

struct Saved {
  int64_t epoch = 0, step = 0;
  std::string path;
};

// Parses the number at the beginning of the text and removes it.
bool take_number(std::string_view& text, int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || text.front() == '-') return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}
bool take(std::string_view& text, std::string_view prefix) {
  const bool found = text.starts_with(prefix);
  if (found) text.remove_prefix(prefix.size());
  return found;
}

std::optional<Saved> parse_name(const std::string& folder, std::string_view name) {
  Saved saved{0, 0, folder + "/" + std::string(name)};
  if (!take(name, "epoch-") || !take_number(name, saved.epoch)) return std::nullopt;
  if (take(name, "-step-") && !take_number(name, saved.step)) return std::nullopt;
  if (name != ".safetensors") return std::nullopt;
  return saved;
}

// From the oldest to the newest: "epoch-0003.safetensors" is the end of epoch 3, before
// "epoch-0003-step-...", which is in the middle of epoch 4.
std::vector<Saved> checkpoints(const std::string& folder) {
  std::vector<Saved> found;
  if (type_of_file(folder) == fs::file_type::not_found) return found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (auto saved = parse_name(folder, at->path().filename().string())) found.push_back(std::move(*saved));
  }
  if (error) throw data_error("cannot read {}: {}", folder, error.message());
  std::ranges::sort(found, {}, [](const Saved& saved) { return std::pair(saved.epoch, saved.step); });
  return found;
}

// Opens the file, or describes the error in `damage`. Throws for an intact file of another version.
std::optional<SafetensorsFile> open_checkpoint(const std::string& path, std::string& damage) {
  try {
    SafetensorsFile file = SafetensorsFile::open(path);
    const auto format = file.metadata().find("format");
    const bool checked = file.metadata().contains("sha256");
    if (format == file.metadata().end()) throw data_error("{}: not a checkpoint: it has no format", path);
    if (checked || format->second == kFormat) file.check_checksum();
    if (format->second == kFormat) return file;
    damage.clear();
  } catch (const Error& error) {
    damage = error.message();
    return std::nullopt;
  }
  throw data_error(
      "{}: was written by another version of this program, which reads the format '{}'; train from the start",
      path, kFormat);
}

// Reads from a checkpoint's metadata and adds the path to errors.
template <typename Read>
void read_metadata(const Checkpoint& checkpoint, Read read) {
  reading_file(checkpoint.path, [&] {
    const auto text = [&](const char* name) -> const std::string& {
      const auto found = checkpoint.file.metadata().find(name);
      if (found == checkpoint.file.metadata().end()) throw data_error("its metadata has no '{}'", name);
      return found->second;
    };
    read(text);
  });
}

int64_t steps_from(const std::string& text) {
  int64_t steps = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), steps);
  if (error != std::errc() || end != text.data() + text.size() || steps < 0)
    throw data_error("its optimizer_steps is '{}', need an integer", text);
  return steps;
}

// The table and its split must be those with which the run was started. The features also differ if the
// config differs, which has its own message.
void check_data(const DataFingerprint& then, const DataFingerprint& now, const std::string& path) {
  std::string what = table_difference(then, now);
  if (what.empty()) what = split_difference(then, now);
  if (what.empty()) what = side_table_difference(then, now);
  if (!what.empty()) {
    throw data_error(
        "{}: belongs to a run on other data: {}; resume with the original table and split, or choose another "
        "--out",
        path, what);
  }
}

// The state in a checkpoint's metadata, if it belongs to this run's data and config.
template <typename Text, typename Run>
TrainerState read_state(const std::string& path, const Text& text, const Run& run) {
  const DataFingerprint data = fingerprint_from_json(parse_json(text("data"), path));
  check_data(data, *run.data, path);
  if (text("config") != run.config_hash) {
    throw data_error("{}: belongs to another config; continue with the original config", path);
  }
  const std::string what = features_difference(data, *run.data);
  if (!what.empty()) throw data_error("{}: belongs to a run on other data: {}", path, what);
  return state_from_json(parse_json(text("state"), path), path);
}

std::vector<Optimizer::Slot> average_slots(const CheckpointView& run) {
  return run.average != nullptr ? run.average->slots() : std::vector<Optimizer::Slot>();
}

}  // namespace

std::string checkpoint_path(const std::string& folder, const TrainerState& state) {
  if (state.step == 0) return fmt::format("{}/epoch-{:04}.safetensors", folder, state.epoch);
  return fmt::format("{}/epoch-{:04}-step-{:08}.safetensors", folder, state.epoch, state.step);
}

void save_checkpoint(const std::string& path, const CheckpointView& run) {
  make_directories(fs::path(path).parent_path());
  std::vector<TensorView> tensors;
  for (size_t i = 0; i < run.parameters->size(); ++i) {
    append(tensors, "parameter/" + run.parameters->name(i), run.parameters->at(i).value);
  }
  for (const Optimizer::Slot& slot : run.optimizer->slots())
    append(tensors, "slot/" + slot.name, slot.values);
  for (const Optimizer::Slot& slot : average_slots(run)) append(tensors, "average/" + slot.name, slot.values);
  for (size_t i = 0; i < run.best->size(); ++i) {
    const Matrix& value = run.parameters->at(i).value;
    append(tensors, "best/" + run.parameters->name(i), (*run.best)[i].view(value.rows, value.cols));
  }
  write_checked_safetensors(path, tensors,
                            {{"format", kFormat},
                             {"config", run.config_hash},
                             {"data", dump_json_line(to_json(*run.data))},
                             {"optimizer_steps", fmt::format("{}", run.optimizer->steps)},
                             {"state", dump_json_line(state_to_json(*run.state))}});
}

Checkpoint open_checkpoint(const std::string& path) {
  std::string damage;
  auto file = open_checkpoint(path, damage);
  if (!file) throw data_error("{}", damage);
  return {path, std::move(*file)};
}

std::optional<Checkpoint> open_newest_checkpoint(const std::string& folder) {
  const std::vector<Saved> saved = checkpoints(folder);
  if (saved.empty()) return std::nullopt;
  return open_checkpoint(saved.back().path);
}

Checkpoint open_given_checkpoint(const std::string& path) {
  std::optional<Checkpoint> checkpoint =
      fs::is_directory(path) ? open_newest_checkpoint(path) : open_checkpoint(path);
  if (!checkpoint) throw usage_error("{}: has no checkpoint", path);
  return std::move(*checkpoint);
}

std::optional<Checkpoint> open_newest_whole_checkpoint(const std::string& folder,
                                                       const std::function<void(const std::string&)>& warn) {
  std::vector<Saved> saved = checkpoints(folder);
  std::vector<std::pair<std::string, std::string>> damaged;  // path and error
  for (; !saved.empty(); saved.pop_back()) {
    std::string damage;
    const std::string& path = saved.back().path;
    auto file = open_checkpoint(path, damage);
    if (!file) {
      damaged.emplace_back(path, damage);
      continue;
    }
    for (const auto& [other, reason] : damaged) {
      std::error_code ignored;
      fs::rename(other, other + kDamaged, ignored);  // otherwise it would still count as the newest
      warn(fmt::format("{}; renamed to {}{}, continuing from {}", reason, fs::path(other).filename().string(),
                       kDamaged, fs::path(path).filename().string()));
    }
    return Checkpoint{path, std::move(*file)};
  }
  if (damaged.empty()) return std::nullopt;
  throw data_error("{}; there is no other checkpoint to continue from", damaged.front().second);
}

void save_checkpoint(const std::string& path, const ValuesCheckpoint& run) {
  make_directories(fs::path(path).parent_path());
  std::vector<TensorView> tensors;
  for (const auto& [name, values] : run.values)
    tensors.push_back(tensor_view<float>("value/" + name, {values.size()}, values));
  write_checked_safetensors(path, tensors,
                            {{"format", kFormat},
                             {"config", run.config_hash},
                             {"data", dump_json_line(to_json(*run.data))},
                             {"state", dump_json_line(state_to_json(*run.state))}});
}

void load_checkpoint(const Checkpoint& checkpoint, const ValuesCheckpoint& run) {
  read_metadata(checkpoint, [&](const auto& text) { *run.state = read_state(checkpoint.path, text, run); });
  for (const auto& [name, values] : run.values) {
    const size_t shape[] = {values.size()};
    std::ranges::copy(checkpoint.file.need("value/" + name, DType::F32, shape).floats(), values.begin());
  }
}

void load_checkpoint(const Checkpoint& checkpoint, const CheckpointView& run) {
  const auto& [path, file] = checkpoint;
  read_metadata(checkpoint, [&](const auto& text) {
    *run.state = read_state(path, text, run);
    run.optimizer->steps = steps_from(text("optimizer_steps"));
  });
  for (size_t i = 0; i < run.parameters->size(); ++i) {
    fill_from(file, "parameter/" + run.parameters->name(i), run.parameters->at(i).value);
  }
  for (const Optimizer::Slot& slot : run.optimizer->slots())
    fill_from(file, "slot/" + slot.name, slot.values);
  for (const Optimizer::Slot& slot : average_slots(run)) fill_from(file, "average/" + slot.name, slot.values);
  run.best->clear();
  for (size_t i = 0; i < run.parameters->size(); ++i) {
    const std::string name = "best/" + run.parameters->name(i);
    if (file.find(name) == nullptr) break;
    const Matrix& value = run.parameters->at(i).value;
    fill_from(file, name, run.best->emplace_back(value.rows, value.cols).view(value.rows, value.cols));
  }
}

OptimizerState load_optimizer_state(const Checkpoint& checkpoint) {
  const auto& [path, file] = checkpoint;
  OptimizerState state;
  read_metadata(checkpoint, [&](const auto& text) {
    state.steps = steps_from(text("optimizer_steps"));
    state.learning_rate = state_from_json(parse_json(text("state"), path), path).learning_rate;
  });
  for (const TensorView& tensor : file.tensors()) {
    if (!tensor.name.starts_with("slot/") || tensor.dtype != DType::F32 || tensor.shape.size() != 2) continue;
    const size_t rows = tensor.shape[0], cols = tensor.shape[1];
    state.slots.push_back({tensor.name.substr(5), rows, cols, Buffer(rows, cols)});
    std::ranges::copy(tensor.floats(), state.slots.back().values.data());
  }
  return state;
}

bool has_checkpoint(const std::string& folder) { return !checkpoints(folder).empty(); }

void prune_checkpoints(const std::string& folder, int keep) {
  const std::vector<Saved> saved = checkpoints(folder);
  for (size_t i = 0; keep > 0 && i + static_cast<size_t>(keep) < saved.size(); ++i) {
    std::error_code ignored;
    fs::remove(saved[i].path, ignored);
  }
}

}  // namespace shortlist
