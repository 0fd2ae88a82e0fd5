#include "shortlist/bundle/evaluation_files.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "shortlist/io/json.h"
#include "shortlist/math/finite.h"

namespace shortlist {
namespace {

constexpr const char* kFingerprint = "fingerprint";

template <typename T>
void add(OwnedTensors& tensors, const std::string& name, const std::vector<T>& values) {
  tensors.views.push_back(tensor_view<T>(name, {values.size()}, std::span<const T>(values)));
}

// The same for values that do not outlive the call.
template <typename T>
void add_copy(OwnedTensors& tensors, const std::string& name, std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  const auto& kept = tensors.memory.emplace_back(bytes.begin(), bytes.end());
  tensors.views.push_back({name, dtype_of<T>(), {values.size()}, Bytes(kept.data(), kept.size())});
}

void add_texts(OwnedTensors& tensors, const std::string& name, const std::vector<std::string>& texts) {
  std::vector<uint8_t> bytes;
  std::vector<int64_t> offsets = {0};
  for (const std::string& text : texts) {
    bytes.insert(bytes.end(), text.begin(), text.end());
    offsets.push_back(static_cast<int64_t>(bytes.size()));
  }
  add_copy<int64_t>(tensors, name + "_offsets", offsets);
  add_copy<uint8_t>(tensors, name, bytes);
}

template <typename T>
std::vector<T> read(const SafetensorsFile& file, const std::string& name) {
  const TensorView* tensor = file.find(name);
  if (tensor == nullptr || tensor->dtype != dtype_of<T>()) throw data_error("tensor '{}' is missing", name);
  const auto values = tensor->values<T>();
  return {values.begin(), values.end()};
}

template <typename T>
void check_offsets(const std::string& name, const std::vector<T>& offsets, size_t entries) {
  if (!offsets.empty() && offsets.front() == 0 && std::ranges::is_sorted(offsets) &&
      static_cast<uint64_t>(offsets.back()) == entries)
    return;
  throw data_error("tensor '{}': need ascending numbers from 0 to {}, the number of {}", name, entries,
                   name == "offsets" ? "ratings" : "entries");
}

void check_size(const char* name, size_t size, size_t needed) {
  if (size != needed) throw data_error("tensor '{}' has {} values, need {}", name, size, needed);
}

std::vector<std::string> read_texts(const SafetensorsFile& file, const std::string& name) {
  const auto offsets = read<int64_t>(file, name + "_offsets");
  const auto bytes = read<uint8_t>(file, name);
  check_offsets(name + "_offsets", offsets, bytes.size());
  std::vector<std::string> texts;
  for (size_t i = 0; i + 1 < offsets.size(); ++i)
    texts.emplace_back(bytes.begin() + offsets[i], bytes.begin() + offsets[i + 1]);
  return texts;
}

void check_finite(const char* name, const std::vector<double>& values) {
  if (!std::ranges::all_of(values, [](double value) { return std::isfinite(value); }))
    throw data_error("tensor '{}' has numbers that are not finite", name);
}

void check_ratings(const UserRatings& ratings, size_t item_count) {
  const auto& [offsets, items, centred, users, labels, times] = ratings;
  check_offsets("offsets", offsets, items.size());
  if (centred.size() != items.size() && !centred.empty())
    throw data_error("tensor 'centred' has {} numbers, need {}, one for each rating", centred.size(),
                     items.size());
  for (int32_t item : items) {
    if (item < 0 || static_cast<size_t>(item) >= item_count)
      throw data_error("tensor 'items': got item {}, need 0 to {}", item, item_count - 1);
  }
  if (!all_finite(centred)) throw data_error("tensor 'centred' has a value that is not finite");
  if (!labels.empty()) check_size("labels", labels.size(), items.size());
  if (!times.empty()) check_size("times", times.size(), items.size());
  if (std::ranges::any_of(labels, [](float label) { return std::isinf(label); }))
    throw data_error("tensor 'labels' has a value that is infinite");
  check_finite("times", times);
  if (!users.empty()) check_size("users_offsets", users.size() + 1, offsets.size());
}

std::string of_label(size_t task, const char* what) { return fmt::format("label/{}/{}", task, what); }

}  // namespace

OwnedTensors rating_tensors(const UserRatings& ratings) {
  OwnedTensors tensors;
  add(tensors, "offsets", ratings.offsets);
  add(tensors, "items", ratings.items);
  add(tensors, "centred", ratings.centred);
  if (!ratings.users.empty()) add_texts(tensors, "users", ratings.users);
  if (!ratings.labels.empty()) add(tensors, "labels", ratings.labels);
  if (!ratings.times.empty()) add(tensors, "times", ratings.times);
  return tensors;
}

UserRatings read_ratings(const SafetensorsFile& file, size_t item_count) {
  UserRatings ratings{
      read<int64_t>(file, "offsets"), read<int32_t>(file, "items"), read<float>(file, "centred"), {}};
  if (file.find("users") != nullptr) ratings.users = read_texts(file, "users");
  if (file.find("labels") != nullptr) ratings.labels = read<float>(file, "labels");
  if (file.find("times") != nullptr) ratings.times = read<double>(file, "times");
  check_ratings(ratings, item_count);
  return ratings;
}

OwnedTensors baseline_tensors(const Baselines& baselines) {
  OwnedTensors tensors;
  const CandidateWeights& candidates = baselines.candidates;
  add(tensors, "item_weights", candidates.overall);
  add(tensors, "query_keys", baselines.query_keys);
  add(tensors, "query_offsets", candidates.offsets);
  add(tensors, "query_items", candidates.candidates);
  add(tensors, "query_weights", candidates.with_query);
  add(tensors, "rows", baselines.rows);
  add(tensors, "item_log_share", baselines.item_log_share);
  for (size_t t = 0; t < baselines.labels.size(); ++t) {
    const LabelMeans& means = baselines.labels[t].second;
    const double mean[] = {means.mean, means.binary ? 1.0 : 0.0};
    add_copy<double>(tensors, of_label(t, "mean"), mean);
    add(tensors, of_label(t, "item_offset"), means.item_offset);
    add(tensors, of_label(t, "item_bias"), means.item_bias);
    add(tensors, of_label(t, "user_bias"), means.user_bias);
  }
  return tensors;
}

Metadata baseline_metadata(const DataFingerprint& fingerprint) {
  return {{kFingerprint, dump_json_line(to_json(fingerprint))}};
}

TrainedOn read_baselines(const SafetensorsFile& file, size_t item_count,
                         const std::vector<AnswerSpec::Label>& labels) {
  TrainedOn trained;
  CandidateWeights& candidates = trained.baselines.candidates;
  candidates = {read<double>(file, "item_weights"), read<uint64_t>(file, "query_offsets"),
                read<uint32_t>(file, "query_items"), read<double>(file, "query_weights")};
  trained.baselines.query_keys = read<uint64_t>(file, "query_keys");
  trained.baselines.rows = read<uint64_t>(file, "rows");
  trained.baselines.item_log_share = read<float>(file, "item_log_share");
  check_size("item_weights", candidates.overall.size(), item_count);
  check_finite("item_weights", candidates.overall);
  check_offsets("query_offsets", candidates.offsets, candidates.candidates.size());
  check_size("query_weights", candidates.with_query.size(), candidates.candidates.size());
  check_finite("query_weights", candidates.with_query);
  if (!trained.baselines.item_log_share.empty())
    check_size("item_log_share", trained.baselines.item_log_share.size(), item_count);
  for (uint32_t item : candidates.candidates) {
    if (item >= item_count)
      throw data_error("tensor 'query_items': got item {}, need 0 to {}", item, item_count - 1);
  }
  for (size_t t = 0; t < labels.size(); ++t) {
    const auto mean = read<double>(file, of_label(t, "mean"));
    check_size("label mean", mean.size(), 2);
    trained.baselines.labels.emplace_back(
        labels[t].name, LabelMeans{mean[0], mean[1] != 0, read<double>(file, of_label(t, "item_offset")),
                                   read<double>(file, of_label(t, "item_bias")),
                                   read<double>(file, of_label(t, "user_bias"))});
  }
  const auto fingerprint = file.metadata().find(kFingerprint);
  if (fingerprint == file.metadata().end()) throw data_error("has no fingerprint of the table");
  trained.fingerprint = fingerprint_from_json(parse_json(fingerprint->second, kFingerprint));
  return trained;
}

}  // namespace shortlist
