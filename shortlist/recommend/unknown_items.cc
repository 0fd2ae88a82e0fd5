#include "shortlist/recommend/unknown_items.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/count_text.h"
#include "shortlist/base/value.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/history.h"

namespace shortlist {
namespace {

constexpr size_t kNamed = 10;

std::string note_on(const HistoryFeature& history, const std::string& name, const Column& column) {
  uint64_t items = 0, unknown = 0;
  std::vector<std::string> names;
  for (size_t row = 0; row < column.rows; ++row) {
    history.each_id(column, row, [&](std::string_view id) {
      ++items;
      if (history.find(id) >= 0) return;
      ++unknown;
      std::string quoted = quote_value(std::string(id));
      if (names.size() <= kNamed && std::ranges::find(names, quoted) == names.end())
        names.push_back(std::move(quoted));
    });
  }
  if (unknown == 0) return "";
  const bool more = names.size() > kNamed;
  if (more) names.pop_back();
  return fmt::format("{}: the model has not seen {} of {} {}: {}{}", name, count_text(unknown),
                     count_text(items), items == 1 ? "item" : "items", fmt::join(names, ", "),
                     more ? " and others" : "");
}

}  // namespace

std::vector<std::string> notes_on_unknown_items(const FeatureMap& features,
                                                const std::vector<Column>& queries) {
  std::vector<std::string> notes;
  for (size_t i = 0; i < features.size(); ++i) {
    const auto* history = dynamic_cast<const HistoryFeature*>(features[i].feature.get());
    if (history == nullptr) continue;
    std::string note = note_on(*history, features[i].column, queries[features.column_of(i)]);
    if (!note.empty() && std::ranges::find(notes, note) == notes.end()) notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace shortlist
