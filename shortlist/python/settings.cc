#include "shortlist/python/settings.h"

#include <nanobind/stl/string.h>

#include <filesystem>

#include "shortlist/config/config_schema.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/toml.h"
#include "shortlist/learners/kinds.h"
#include "shortlist/python/values.h"

namespace shortlist::python {
namespace {

constexpr const char* kFile = "the config";

nb::object settings() {
  std::vector<KindHelp> kinds;
  for (const ModelKind& kind : model_kinds())
    kinds.push_back({std::string(kind.name), std::string(kind.help), kind.document()});
  return to_python(config_schema(kinds));
}

// Reads each section by itself, so that a config may be made step by step.
Config check_sections(const Value& root, const std::string& file) {
  Config config = read_sections(root, file);
  find_kind(config.model);
  check_layers(config);
  return config;
}

Value to_table(nb::handle settings) {
  Value root = to_value(settings);
  if (root.table() == nullptr)
    throw usage_error("{}: got {}, need a dict of sections", kFile, root.describe());
  return root;
}

// The settings of a file, with paths of files beside it as seen from the working directory.
Value load_settings(const std::string& path) {
  Value root = load_toml(path);
  check_sections(root, path);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const auto find_file = [&](Value* section, const char* key) {
    Value* file = section != nullptr ? section->find(key) : nullptr;
    if (file != nullptr) *file = Value(beside_config(folder, *file->text()));
  };
  for (const char* section : {"data", "items", "users"}) find_file(root.find(section), "table");
  if (Value* data = root.find("data")) find_file(data->find("split"), "rows");
  return root;
}

}  // namespace

void bind_settings(nb::module_& module) {
  using namespace nb::literals;
  module.def("settings", &settings, nb::sig("def settings() -> dict[str, typing.Any]"),
             "All settings: see shortlist/config/config_schema.h.");
  module.def(
      "parse_settings",
      [](nb::handle text) {
        const Value root = parse_toml(read_argument<std::string>(text, "text"), kFile);
        check_sections(root, kFile);
        return to_python(root);
      },
      "text"_a.none(), nb::sig("def parse_settings(text: str) -> dict[str, typing.Any]"),
      "Read the text of a config. Raises ConfigError for an unknown key or a wrong value.");
  module.def(
      "load_settings",
      [](nb::handle path) { return to_python(load_settings(read_argument<std::string>(path, "path"))); },
      "path"_a.none(), nb::sig("def load_settings(path: str) -> dict[str, typing.Any]"),
      "Read the file of a config, as parse_settings does.");
  module.def(
      "check_settings", [](nb::handle settings) { check_sections(to_table(settings), kFile); },
      "settings"_a.none(), nb::sig("def check_settings(settings: dict[str, typing.Any]) -> None"),
      "Raise ConfigError for an unknown key or a wrong value.");
  module.def(
      "settings_to_toml",
      [](nb::handle settings) { return config_to_toml(check_sections(to_table(settings), kFile)); },
      "settings"_a.none(), nb::sig("def settings_to_toml(settings: dict[str, typing.Any]) -> str"));
  module.def(
      "complete_settings",
      [](nb::handle settings) {
        const Config config = read_config(to_table(settings), kFile);
        find_kind(config.model);
        return to_python(parse_toml(full_config_to_toml(config), kFile));
      },
      "settings"_a.none(),
      nb::sig("def complete_settings(settings: dict[str, typing.Any]) -> dict[str, typing.Any]"),
      "All settings, with defaults. Raises ConfigError if they do not make a model.");
}

}  // namespace shortlist::python
