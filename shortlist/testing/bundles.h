// For tests only: a small bundle, and edits of bundles that keep the manifest valid.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/bundle/manifest.h"
#include "shortlist/config/build.h"
#include "shortlist/io/file.h"
#include "shortlist/io/sha256.h"
#include "shortlist/learners/two_tower_retriever.h"
#include "shortlist/table/code_columns.h"
#include "shortlist/table/coded_column.h"
#include "shortlist/testing/attributes.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {

// Writes the file and updates its entry in the manifest.
inline void put_into_bundle(const std::string& bundle, const std::string& name, const std::string& content) {
  const std::string path = bundle + "/" + kManifestFile;
  Manifest manifest = parse_manifest(read_file(path), path);
  manifest.list({name, content.size(), sha256_hex(content)});
  write_file_atomically(bundle + "/" + name, content);
  write_file_atomically(path, manifest_text(manifest));
}

// Removes the file from the manifest; the file itself is kept.
inline void unlist_in_bundle(const std::string& bundle, const std::string& name) {
  const std::string path = bundle + "/" + kManifestFile;
  Manifest manifest = parse_manifest(read_file(path), path);
  std::erase_if(manifest.files, [&](const ListedFile& file) { return file.name == name; });
  write_file_atomically(path, manifest_text(manifest));
}

// Saves an untrained model of the small table.
class SavedModel {
 public:
  SavedModel() : config_(table_.config()) {
    fit();
    towers_.spec = build_model(config_, features_);
    towers_.parameters = std::make_unique<Parameters>(towers_.spec);
    towers_.parameters->initialize(42);
    towers_.items = Buffer(3, 8);
    for (size_t i = 0; i < towers_.items.size(); ++i) towers_.items.data()[i] = 0.25f * static_cast<float>(i);
    save();
  }

  void save(std::vector<ExtraFile> extras = {{"history.csv", "epoch,loss\n"}}) {
    const TwoTowerRetriever retriever(towers_, IndexKind::exact);
    save_bundle(path(), {.config = &config_,
                         .features = &features_,
                         .towers = &towers_,
                         .retriever = &retriever,
                         .items = &items_,
                         .ratings = &ratings_,
                         .history_json = "[1]",
                         .report_json = "{\"rows\": 2}",
                         .extras = std::move(extras),
                         .golden = golden_});
  }
  std::string path() const { return table_.folder() / "bundle"; }
  std::string operator/(const std::string& name) const { return path() + "/" + name; }
  std::string error() const {
    return message_of([&] { load_bundle(path()); });
  }

  TinyTable table_;
  Config config_;
  FeatureMap features_;
  Towers towers_;
  Items items_{
      "movie", {"m0", "m1", "m\"2\" é"}, {testing::attribute("genre", {"War", "", "Drama, War"}, ",")}};
  UserRatings ratings_{{0, 2, 3}, {0, 1, 2}, {-0.5f, 0.5f, 0}};
  std::function<std::string(Bundle)> golden_;

 private:
  void fit() {
    FeatureMapFit fit(config_.features);
    const std::vector<CodedColumn> columns = code_columns(table_.open(), fit.columns());
    for (size_t c = 0; c < columns.size(); ++c)
      fit.observe(fit.columns()[c], columns[c].values, std::vector<uint32_t>(columns[c].distinct(), 1));
    features_ = fit.finish();
  }
};

}  // namespace shortlist
