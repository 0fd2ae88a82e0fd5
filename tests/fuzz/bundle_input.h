// One input of the bundle fuzzer: the name of a bundle's file, a newline, what the file holds instead. The
// manifest is made to list the new bytes, so that they come past its checksums.
#pragma once

#include <nlohmann/json.hpp>

#include "shortlist/bundle/manifest.h"
#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/io/sha256.h"
#include "shortlist/jobs/training.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/small_table.h"
#include "tests/fuzz/fuzzed_reader.h"

namespace shortlist {

constexpr const char* kFuzzedManifest = "manifest.json";

class FuzzedBundle {
 public:
  FuzzedBundle() {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    train(table_.config({{"top_k     = [1, 5]", "top_k = [1, 5]\nindex = \"hnsw\""}}),
          {.out = path_, .threads = 1}, nobody, stop);
    manifest_ = read_file(path_ + "/" + kFuzzedManifest);
    const nlohmann::json manifest = nlohmann::json::parse(manifest_);
    for (const auto& file : manifest.at("files")) names_.push_back(file.at("name").get<std::string>());
    names_.push_back(kFuzzedManifest);
  }

  // Every file that the manifest lists, and itself.
  const std::vector<std::string>& names() const { return names_; }
  std::string content(const std::string& name) const { return read_file(path_ + "/" + name); }

  // Loads the bundle with one file replaced, and asks it. Returns whether it could be loaded.
  bool load(std::string_view input) const {
    const size_t line = std::min(input.find('\n'), input.size());
    const std::string name(input.substr(0, line));
    const std::string_view content = input.substr(std::min(line + 1, input.size()));
    if (std::ranges::find(names_, name) == names_.end()) return false;
    const std::string kept = this->content(name);
    write_quickly(path_ + "/" + name, content);
    if (name != kFuzzedManifest) write_quickly(path_ + "/" + kFuzzedManifest, manifest_with(name, content));
    const bool loaded = read_or_refuse(input, [&] {
      const Recommender recommender = Recommender::load(path_);
      recommender.recommend(Record{{"user", "u03"}, {"country", "Norway"}}, {.k = 3});
    });
    write_quickly(path_ + "/" + name, kept);
    write_quickly(path_ + "/" + kFuzzedManifest, manifest_);
    return loaded;
  }

 private:
  std::string manifest_with(const std::string& name, std::string_view content) const {
    Manifest manifest = parse_manifest(manifest_, kFuzzedManifest);
    manifest.list({name, content.size(), sha256_hex(content)});
    return manifest_text(manifest);
  }

  TinyTable table_;
  std::string path_ = table_.folder() / "bundle", manifest_;
  std::vector<std::string> names_;
};

}  // namespace shortlist
