#include "shortlist/cli/find_item.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/words.h"

namespace shortlist {
namespace {

constexpr size_t kNamed = 5;

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}
bool begins_like(const std::string& whole, const std::string& text) {
  return whole.size() >= text.size() && std::equal(text.begin(), text.end(), whole.begin(), same_letter);
}

struct Likely {
  std::vector<uint32_t> equal;  // ignoring case
  std::vector<uint32_t> begin;  // begin with it, ignoring case
};

bool ids_are_numbers(const Recommender& recommender) {
  const Bundle& bundle = recommender.bundle();
  return bundle.features.form(bundle.items.id_column) != TextForm::text ||
         std::ranges::all_of(bundle.items.ids, [](const std::string& id) {
           return std::ranges::all_of(id, [](unsigned char c) { return std::isdigit(c) != 0; });
         });
}

// Items whose display text or, with `by_id`, whose id matches `text`.
Likely likely_items(const Recommender& recommender, const std::string& text, bool by_id) {
  Likely likely;
  if (text.empty()) return likely;
  const std::optional<size_t> display = recommender.display();
  for (uint32_t item = 0; item < recommender.item_count(); ++item) {
    const std::string& id = recommender.item_id(item);
    const std::string name = display ? recommender.attribute(*display, item) : "";
    const bool like_id = by_id && begins_like(id, text), like_name = begins_like(name, text);
    if (!like_id && !like_name) continue;
    likely.begin.push_back(item);
    if ((like_id && id.size() == text.size()) || (like_name && name.size() == text.size()))
      likely.equal.push_back(item);
  }
  return likely;
}

// "'260' (Star Wars)", or only the id.
std::string named(const Recommender& recommender, uint32_t item) {
  const std::optional<size_t> display = recommender.display();
  const std::string name = display ? recommender.attribute(*display, item) : "",
                    id = recommender.item_id(item);
  return name.empty() || name == id ? fmt::format("'{}'", id) : fmt::format("'{}' ({})", id, name);
}

}  // namespace

std::string complete_id(const Recommender& recommender, const std::string& text) {
  if (recommender.find_item(text)) return text;
  const Likely likely = likely_items(recommender, text, !ids_are_numbers(recommender));
  const std::vector<uint32_t>& found = likely.equal.size() == 1 ? likely.equal : likely.begin;
  if (found.size() != 1) return text;
  say("note: '{}' matches the {} {}", text, recommender.id_column(), named(recommender, found[0]));
  return recommender.item_id(found[0]);
}

std::optional<uint32_t> item_called(const Recommender& recommender, const std::string& text) {
  const std::optional<size_t> display = recommender.display();
  if (!display) return std::nullopt;
  const Likely likely = likely_items(recommender, text, false);
  std::vector<uint32_t> same;
  std::ranges::copy_if(likely.equal, std::back_inserter(same),
                       [&](uint32_t item) { return recommender.attribute(*display, item) == text; });
  for (const std::vector<uint32_t>& found : {same, likely.equal, likely.begin}) {
    if (found.size() == 1) return found.front();
    if (!found.empty()) return std::nullopt;
  }
  return std::nullopt;
}

std::string ids_like(const Recommender& recommender, const std::string& text) {
  const Likely likely = likely_items(recommender, text, true);
  const std::vector<uint32_t>& found = likely.equal.empty() ? likely.begin : likely.equal;
  if (found.size() > 1) {
    std::vector<std::string> names;
    for (size_t i = 0; i < std::min(found.size(), kNamed); ++i) names.push_back(named(recommender, found[i]));
    return fmt::format("; {} {}: {}{}", found.size(),
                       likely.equal.empty() ? "begin with it" : "have this name", fmt::join(names, ", "),
                       found.size() > kNamed ? ", ..." : "");
  }
  const std::string near = found.empty() ? recommender.nearest_id(text) : recommender.item_id(found[0]);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

}  // namespace shortlist
