#include "shortlist/cli/path_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "shortlist/base/letter_case.h"
#include "shortlist/cli/words.h"
#include "shortlist/table/table_source.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

bool is_folder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}
bool is_file(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error) && !is_folder(path);
}

bool looks_like_table(const std::string& path) {
  if (is_query(path)) return true;
  std::string name = lower_case(fs::path(path).filename().string());
  for (const char* packed : {".gz", ".zst"}) {
    if (name.ends_with(packed)) name.resize(name.size() - std::string_view(packed).size());
  }
  constexpr std::array kEndings = {".csv",     ".tsv",  ".txt",   ".data",  ".dat",
                                   ".parquet", ".json", ".jsonl", ".ndjson"};
  return is_file(path) && std::ranges::any_of(kEndings, [&](const char* end) { return name.ends_with(end); });
}

bool looks_like_config(const std::string& path) {
  return is_file(path) && lower_case(path).ends_with(".toml");
}

bool looks_like_bundle(const std::string& path) {
  return is_folder(path) && (is_file(path + "/manifest.json") || is_file(path + "/.next/manifest.json"));
}

}  // namespace

std::string not_a_config(const std::string& path) {
  if (looks_like_table(path))
    return fmt::format("looks like a table; run `shortlist init {}` to make a config for it",
                       shell_quoted(path));
  if (looks_like_bundle(path)) return "looks like a bundle, which train writes; need a config, a TOML file";
  return "";
}

std::string not_a_bundle(const std::string& path) {
  if (looks_like_table(path)) {
    return fmt::format(
        "looks like a table; run `shortlist init {}` to make a config for it, and `shortlist "
        "train` to make a bundle",
        shell_quoted(path));
  }
  if (looks_like_config(path))
    return fmt::format("looks like a config; run `shortlist train {}` to make a bundle", shell_quoted(path));
  return "";
}

std::string not_a_table(const std::string& path) {
  if (looks_like_bundle(path)) return "looks like a bundle, which train writes; need a table";
  if (looks_like_config(path)) return "looks like a config; need a table";
  return "";
}

}  // namespace shortlist
