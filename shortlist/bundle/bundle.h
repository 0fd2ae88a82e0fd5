// A trained model as one directory, complete in itself: docs/reference/bundle.md has the format byte by byte.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/bundle/evaluation_files.h"
#include "shortlist/config/config.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/metrics/history.h"
#include "shortlist/model/items.h"
#include "shortlist/retrieval/retriever.h"
#include "shortlist/retrieval/towers.h"

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
  const Towers* towers = nullptr;  // with their items' vectors; null for a model without
  const Retriever* retriever = nullptr;
  const Items* items = nullptr;
  const UserRatings* ratings = nullptr;
  std::string history_json, report_json;
  std::vector<ExtraFile> extras;
  std::vector<LabelRange> labels;
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
  std::unique_ptr<Towers> towers;        // null for a model without
  std::unique_ptr<Retriever> retriever;  // of the kind that the manifest names
  Items items;
  UserRatings ratings;
  UserContext context;             // empty where nothing is known
  std::vector<LabelRange> labels;  // empty where an older program wrote the bundle
  std::string history_json, report_json;
  std::optional<ServedOrder> order;  // none where an older program wrote the bundle
  std::string golden_json;           // recommend/golden.h; "" where there is none

  // Of the retriever; of a model that only ranks, those that the ranking reads; no rows where there are none.
  ConstMatrix item_vectors() const;
  // Throw a usage Error that says what needs them ("export --to onnx") where the model has none.
  const Towers& need_towers(std::string_view what) const;
  ConstMatrix need_item_vectors(std::string_view what) const;
};

}  // namespace shortlist
