#include "shortlist/features/history.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "shortlist/features/bag_writer.h"
#include "shortlist/features/categories.h"

namespace shortlist {
namespace {

EncodedColumn bags_from_json(const nlohmann::json& json, size_t items, int32_t id_count) {
  EncodedColumn bags{.ids = json.at("ids").get<std::vector<int32_t>>()};
  if (json.contains("offsets")) bags.offsets = json.at("offsets").get<std::vector<uint32_t>>();
  const bool fits = bags.offsets.empty()
                        ? bags.ids.size() == items
                        : bags.offsets.size() == items + 1 && bags.offsets.front() == 0 &&
                              std::ranges::is_sorted(bags.offsets) && bags.offsets.back() == bags.ids.size();
  const auto valid = [&](int32_t id) { return id >= 0 && id < id_count; };
  if (!fits || !std::ranges::all_of(bags.ids, valid))
    throw data_error("history: the ids do not fit the {} items", items);
  return bags;
}

}  // namespace

std::unique_ptr<FeatureFit> HistorySettings::make_fit() const {
  throw failed("a history is not fitted to a column");
}

std::unique_ptr<const Feature> HistorySettings::load(const nlohmann::json&) {
  throw data_error("history: its feature of the items is missing");
}

HistoryFeature::HistoryFeature(HistorySettings settings, Vocabulary items, TextForm form,
                               std::shared_ptr<const Feature> of, EncodedColumn bags)
    : settings_(std::move(settings)),
      items_(std::move(items)),
      form_(form),
      of_(std::move(of)),
      bags_(std::move(bags)) {}

int32_t HistoryFeature::find(std::string_view id) const {
  std::string memory;
  return items_.id(in_form(id, form_, memory), nullptr);
}

std::vector<uint32_t> HistoryFeature::items_of(const Column& values, size_t row, uint64_t* unseen) const {
  std::vector<uint32_t> items;
  CategoriesSettings().each_value(values, row, [&](std::string_view id) {
    const int32_t item = find(id);
    if (item >= 0) items.push_back(static_cast<uint32_t>(item));
    if (item < 0 && unseen != nullptr) ++*unseen;
  });
  const auto length = static_cast<size_t>(settings_.length);
  if (items.size() > length) items.erase(items.begin(), items.end() - static_cast<std::ptrdiff_t>(length));
  return items;
}

void HistoryFeature::append(std::span<const uint32_t> items, EncodedColumn& out) const {
  BagWriter bags(out);
  for (uint32_t item : items.last(std::min(items.size(), static_cast<size_t>(settings_.length)))) {
    for (int32_t id : bags_.bag(item)) bags.add(id);
  }
  bags.end_row();
}

void HistoryFeature::encode(const Column& values, EncodedColumn& out, uint64_t* unseen) const {
  for (size_t row = 0; row < values.rows; ++row) append(items_of(values, row, unseen), out);
}

nlohmann::json HistoryFeature::to_json() const {
  nlohmann::json json = {{"kind", kind()},
                         {"settings", {{"of", settings_.of}, {"length", settings_.length}}},
                         {"form", enum_name(form_)},
                         {"items", items_.to_json()},
                         {"ids", bags_.ids}};
  if (!bags_.offsets.empty()) json["offsets"] = bags_.offsets;
  return json;
}

std::unique_ptr<const Feature> HistoryFeature::load(const nlohmann::json& feature,
                                                    std::shared_ptr<const Feature> of) {
  Vocabulary items = Vocabulary::from_json(feature.at("items"), 0, 0);
  EncodedColumn bags = bags_from_json(feature, static_cast<size_t>(items.id_count()), of->id_count());
  TextForm form = TextForm::text;
  read_value(Value(feature.at("form").get<std::string>()), form, Where{"", "form"});
  return std::make_unique<HistoryFeature>(load_settings<HistorySettings>(feature.at("settings")),
                                          std::move(items), form, std::move(of), std::move(bags));
}

const HistorySettings* history_of(const FeatureSettings& settings) {
  const auto* history = dynamic_cast<const SettingsOf<HistorySettings>*>(&settings);
  return history == nullptr ? nullptr : &history->settings();
}

}  // namespace shortlist
