#include "shortlist/train/checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "shortlist/io/json.h"
#include "shortlist/io/safetensors.h"
#include "shortlist/metrics/history_files.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;
constexpr const char* kFormat = "shortlist checkpoint 1";

nlohmann::json state_to_json(const TrainerState& state) {
  return {
      {"epoch", state.epoch},
      {"step", state.step},
      {"learning_rate", state.learning_rate},
      {"plateau", {state.plateau.started, state.plateau.best, state.plateau.wait, state.plateau.cooldown}},
      {"early", {state.early.best, state.early.best_epoch, state.early.wait, state.early.epochs}},
      {"stopped_early", state.stopped_early},
      {"sums", state.sums},
      {"history", to_json(state.history)}};
}

TrainerState state_from_json(const nlohmann::json& json, const std::string& path) {
  TrainerState state;
  json.at("epoch").get_to(state.epoch);
  json.at("step").get_to(state.step);
  json.at("learning_rate").get_to(state.learning_rate);
  const nlohmann::json &plateau = json.at("plateau"), &early = json.at("early");
  state.plateau = {plateau.at(0), plateau.at(1), plateau.at(2), plateau.at(3)};
  state.early = {early.at(0), early.at(1), early.at(2), early.at(3)};
  json.at("stopped_early").get_to(state.stopped_early);
  json.at("sums").get_to(state.sums);
  state.history = history_from_json(json.at("history").get<std::string>(), path);
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

std::vector<std::string> checkpoints(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("epoch-") && name.ends_with(".safetensors")) names.push_back(name);
  }
  // "epoch-0003.safetensors" stands at the end of epoch 3, before "epoch-0003-step-...", which is in the
  // middle of epoch 4.
  std::ranges::sort(names, {},
                    [](const std::string& name) { return name.substr(0, name.find(".safetensors")); });
  return names;
}

SafetensorsFile open_checkpoint(const std::string& path) {
  SafetensorsFile file = SafetensorsFile::open(path);
  const auto format = file.metadata().find("format");
  if (format == file.metadata().end() || format->second != kFormat) {
    throw data_error("{}: is no checkpoint of this version: need the format '{}'", path, kFormat);
  }
  return file;
}

// Reads from a checkpoint's metadata; what goes wrong is told with its path.
template <typename Read>
void read_metadata(const std::string& path, Read read) {
  try {
    read();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw data_error("{}: its state cannot be read: {}", path, error.what());
  }
}

// The table and its split must be those that the run was started with. Features differ also where the config
// does, which has a message of its own.
void check_data(const DataFingerprint& then, const DataFingerprint& now, const std::string& path) {
  std::string what = table_difference(then, now);
  if (what.empty()) what = split_difference(then, now);
  if (!what.empty()) {
    throw data_error(
        "{}: belongs to a run on other data: {}; resume with the table and the split that it was "
        "started with, or choose another --out",
        path, what);
  }
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
  for (size_t i = 0; i < run.best->size(); ++i) {
    const Matrix& value = run.parameters->at(i).value;
    append(tensors, "best/" + run.parameters->name(i), (*run.best)[i].view(value.rows, value.cols));
  }
  write_safetensors(path, tensors,
                    {{"format", kFormat},
                     {"config", run.config_hash},
                     {"data", dump_json_line(to_json(*run.data))},
                     {"optimizer_steps", fmt::format("{}", run.optimizer->steps)},
                     {"state", dump_json_line(state_to_json(*run.state))}});
}

void load_checkpoint(const std::string& path, const CheckpointView& run) {
  const SafetensorsFile file = open_checkpoint(path);
  const Metadata& metadata = file.metadata();
  read_metadata(path, [&] {
    if (const auto data = metadata.find("data"); data != metadata.end())
      check_data(fingerprint_from_json(parse_json(data->second, path)), *run.data, path);
    if (metadata.at("config") != run.config_hash) {
      throw data_error("{}: belongs to another config; go on with the config that it was started with", path);
    }
    if (const auto data = metadata.find("data"); data != metadata.end()) {
      const std::string what =
          features_difference(fingerprint_from_json(parse_json(data->second, path)), *run.data);
      if (!what.empty()) throw data_error("{}: belongs to a run on other data: {}", path, what);
    }
    *run.state = state_from_json(parse_json(metadata.at("state"), path), path);
    run.optimizer->steps = std::stoll(metadata.at("optimizer_steps"));
  });
  for (size_t i = 0; i < run.parameters->size(); ++i) {
    fill_from(file, "parameter/" + run.parameters->name(i), run.parameters->at(i).value);
  }
  for (const Optimizer::Slot& slot : run.optimizer->slots())
    fill_from(file, "slot/" + slot.name, slot.values);
  run.best->clear();
  for (size_t i = 0; i < run.parameters->size(); ++i) {
    const std::string name = "best/" + run.parameters->name(i);
    if (file.find(name) == nullptr) break;
    const Matrix& value = run.parameters->at(i).value;
    fill_from(file, name, run.best->emplace_back(value.rows, value.cols).view(value.rows, value.cols));
  }
}

OptimizerState load_optimizer_state(const std::string& path) {
  const SafetensorsFile file = open_checkpoint(path);
  OptimizerState state;
  read_metadata(path, [&] {
    state.steps = std::stoll(file.metadata().at("optimizer_steps"));
    state.learning_rate = state_from_json(parse_json(file.metadata().at("state"), path), path).learning_rate;
  });
  for (const TensorView& tensor : file.tensors()) {
    if (!tensor.name.starts_with("slot/") || tensor.dtype != DType::F32 || tensor.shape.size() != 2) continue;
    const size_t rows = tensor.shape[0], cols = tensor.shape[1];
    state.slots.push_back({tensor.name.substr(5), rows, cols, Buffer(rows, cols)});
    std::ranges::copy(tensor.floats(), state.slots.back().values.data());
  }
  return state;
}

std::string newest_checkpoint(const std::string& folder) {
  const std::vector<std::string> names = checkpoints(folder);
  return names.empty() ? "" : folder + "/" + names.back();
}

void prune_checkpoints(const std::string& folder, int keep) {
  const std::vector<std::string> names = checkpoints(folder);
  for (size_t i = 0; keep > 0 && i + static_cast<size_t>(keep) < names.size(); ++i) {
    std::error_code ignored;
    fs::remove(folder + "/" + names[i], ignored);
  }
}

}  // namespace shortlist
