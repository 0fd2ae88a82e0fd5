// A trained model as one directory, complete in itself: docs/reference/bundle.md has the format byte by byte.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/bundle/evaluation_files.h"
#include "shortlist/config/build.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/index/hnsw.h"
#include "shortlist/metrics/history.h"
#include "shortlist/model/items.h"
#include "shortlist/model/parameters.h"

namespace shortlist {

// A file of the bundle that only people and other tools read: history.csv, report.html, curves.svg.
struct ExtraFile {
  std::string name, content;
};

constexpr const char* kGoldenFile = "golden.json";
constexpr const char* kBaselinesFile = "baselines.safetensors";

struct Bundle;

// The order of the lists that are served: what the config says, or what was chosen on the validation rows.
struct ServedOrder {
  ListOrder order = ListOrder::score;  // never ListOrder::chosen
  double blend = 0.5;
};

struct BundleContent {
  const Config* config = nullptr;
  const FeatureMap* features = nullptr;
  const Parameters* parameters = nullptr;
  ConstMatrix candidates;  // embeddings in the catalogue's order
  const Items* items = nullptr;
  const UserRatings* ratings = nullptr;
  std::string history_json, report_json;
  std::vector<ExtraFile> extras;
  std::vector<LabelRange> labels;
  const Hnsw* hnsw = nullptr;  // over the candidates, where the config asks for it
  // Makes golden.json with the bundle as it is loaded from the files that are written before; none: no file.
  std::function<std::string(Bundle)> golden;
  const Baselines* baselines = nullptr;
  const DataFingerprint* fingerprint = nullptr;  // with baselines
  const UserContext* context = nullptr;
  std::optional<ServedOrder> order;
};

struct Bundle {
  std::string path;     // the folder that it was loaded from
  std::string version;  // the first 12 digits of the manifest's SHA-256, so of all that the bundle holds
  int format = 0;       // the manifest's format version
  Config config;
  FeatureMap features;
  ModelSpec spec;
  std::unique_ptr<Parameters> parameters;  // panels packed for forward passes
  Buffer candidates;                       // embeddings in the catalogue's order
  std::unique_ptr<Hnsw> hnsw;              // over them, where the config asks for it
  Items items;
  UserRatings ratings;
  UserContext context;             // empty where nothing is known
  std::vector<LabelRange> labels;  // empty where an older program wrote the bundle
  std::string history_json, report_json;
  std::optional<ServedOrder> order;  // none where an older program wrote the bundle
  std::string golden_json;           // recommend/golden.h; "" where there is none

  ConstMatrix candidate_embeddings() const;
};

}  // namespace shortlist
