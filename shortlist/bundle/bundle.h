// A trained model as one self-contained directory. docs/reference/bundle.md specifies the format byte by
// byte.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/bundle/evaluation_files.h"
#include "shortlist/config/answer_spec.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/metrics/history.h"
#include "shortlist/model/items.h"
#include "shortlist/retrieval/retriever.h"
#include "shortlist/retrieval/towers.h"

namespace shortlist {

// A file of the bundle for people and other tools only: history.csv, report.html, curves.svg.
struct ExtraFile {
  std::string name, content;
};

constexpr const char* kGoldenFile = "golden.json";
constexpr const char* kBaselinesFile = "baselines.safetensors";

struct Bundle;
struct Config;

// The order of the served lists: that of the config, or the one chosen on the validation rows.
struct ServedOrder {
  ListOrder order = ListOrder::score;  // never ListOrder::chosen
  double blend = 0.5;
};

struct BundleContent {
  const Config* config = nullptr;
  const FeatureMap* features = nullptr;
  const Towers* towers = nullptr;  // with their items' vectors; null for a model without towers
  const Retriever* retriever = nullptr;
  const Items* items = nullptr;
  const UserRatings* ratings = nullptr;
  std::string history_json, report_json;
  std::vector<ExtraFile> extras;
  std::vector<LabelRange> labels;
  // Returns golden.json, given the bundle loaded from the files written so far. If not set, there is no file.
  std::function<std::string(Bundle)> golden;
  const Baselines* baselines = nullptr;
  const DataFingerprint* fingerprint = nullptr;  // set if there are baselines
  const UserContext* context = nullptr;
  std::optional<ServedOrder> order;
};

struct Bundle {
  std::string path;     // the folder it was loaded from
  std::string version;  // the first 12 digits of the manifest's SHA-256, which covers the whole bundle
  int format = 0;       // the manifest's format version
  std::shared_ptr<const Config> config;  // as trained; for jobs
  AnswerSpec spec;                       // of the config
  FeatureMap features;
  std::unique_ptr<Towers> towers;        // null for a model without towers
  std::unique_ptr<Retriever> retriever;  // of the kind in the manifest
  Items items;
  UserRatings ratings;
  UserContext context;             // empty if nothing is known about users
  std::vector<LabelRange> labels;  // empty if an older version wrote the bundle
  std::string history_json, report_json;
  std::optional<ServedOrder> order;  // missing if an older version wrote the bundle
  std::string golden_json;           // see recommend/golden.h; "" if there is none

  // The retriever's item vectors. For a ranking-only model, those that the ranking reads. No rows if there
  // are none.
  ConstMatrix item_vectors() const;
  // Throw a usage Error that names the feature that needs them ("export --to onnx") if the model has none.
  const Towers& need_towers(std::string_view what) const;
  ConstMatrix need_item_vectors(std::string_view what) const;
};

}  // namespace shortlist
