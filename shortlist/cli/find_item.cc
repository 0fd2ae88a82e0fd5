#include "shortlist/cli/find_item.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/words.h"

namespace shortlist {
namespace {

constexpr size_t kNamed = 5;

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}
bool begins_like(const std::string& id, const std::string& text) {
  return id.size() >= text.size() && std::equal(text.begin(), text.end(), id.begin(), same_letter);
}

struct Likely {
  std::vector<std::string> equal;  // but for case
  std::vector<std::string> begin;  // with it, but for case
};

Likely likely_ids(const Recommender& recommender, const std::string& text) {
  Likely likely;
  if (text.empty()) return likely;
  for (const std::string& id : recommender.bundle().items.ids) {
    if (!begins_like(id, text)) continue;
    likely.begin.push_back(id);
    if (id.size() == text.size()) likely.equal.push_back(id);
  }
  return likely;
}

bool ids_are_numbers(const Recommender& recommender) {
  const Bundle& bundle = recommender.bundle();
  return bundle.features.form(bundle.items.id_column) != TextForm::text ||
         std::ranges::all_of(bundle.items.ids, [](const std::string& id) {
           return std::ranges::all_of(id, [](unsigned char c) { return std::isdigit(c) != 0; });
         });
}

}  // namespace

std::string complete_id(const Recommender& recommender, const std::string& text) {
  if (recommender.find_item(text) || ids_are_numbers(recommender)) return text;
  const Likely likely = likely_ids(recommender, text);
  const std::vector<std::string>& found = likely.equal.size() == 1 ? likely.equal : likely.begin;
  if (found.size() != 1) return text;
  say("note: takes the {} '{}' for '{}'", recommender.id_column(), found[0], text);
  return found[0];
}

std::string ids_like(const Recommender& recommender, const std::string& text) {
  std::vector<std::string> begin = likely_ids(recommender, text).begin;
  if (begin.size() > 1) {
    const size_t count = begin.size();
    begin.resize(std::min(count, kNamed));
    return fmt::format("; {} begin like that: '{}'{}", count, fmt::join(begin, "', '"),
                       count > kNamed ? ", ..." : "");
  }
  const std::string near = begin.empty() ? recommender.nearest_id(text) : begin[0];
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

}  // namespace shortlist
