#include "shortlist/cli/item_table.h"

#include <algorithm>

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/config.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/feature_map.h"

namespace shortlist {
namespace {

Column missing_column(size_t rows) {
  Column column;
  column.rows = rows;
  column.texts.resize(rows);
  column.missing.assign(rows, 1);
  return column;
}

}  // namespace

ItemTable::ItemTable(const Recommender& recommender, const Table& table) : recommender_(recommender) {
  const std::vector<ColumnRequest> all = recommender.item_requests();
  const auto is_there = [&](const ColumnRequest& request) { return table.has_column(request.name); };
  const std::string& id = recommender.id_column();
  const bool looks_up = recommender.bundle().config->items.has_table() && table.has_column(id) &&
                        !std::ranges::all_of(all, is_there);
  for (const ColumnRequest& request : all) {
    const bool reads = !looks_up || is_there(request);
    place_.push_back(reads ? static_cast<int>(requests_.size()) : -1);
    if (reads) requests_.push_back(request);
  }
  if (!looks_up) return;
  const auto at = std::ranges::find(requests_, id, &ColumnRequest::name);
  id_ = static_cast<size_t>(at - requests_.begin());
  if (at == requests_.end()) requests_.push_back({id, ReadAs::text});
}

ItemTable::Rows ItemTable::read(const Chunk& chunk, size_t first) const {
  Rows rows;
  std::vector<uint32_t> without;
  if (id_) {
    TextCell cell;
    for (uint32_t row = 0; row < chunk.rows; ++row) {
      const bool given = cell.read(chunk.columns[first + *id_], row);
      rows.known.push_back(given ? recommender_.find_item(std::string(cell.text())) : std::nullopt);
      if (!rows.known.back()) without.push_back(row);
    }
    rows.unknown = without.size();
  }
  for (const int place : place_) {
    if (place < 0) {
      rows.columns.push_back(missing_column(without.size()));
      continue;
    }
    const Column& column = chunk.columns[first + static_cast<size_t>(place)];
    rows.columns.push_back(id_ ? take_rows(column, without) : column);
  }
  return rows;
}

void ItemTable::say_unknown() const {
  if (unknown_ == 0) return;
  say("note: {} {} a {} that is not in the catalogue; for it, the model uses only the columns of the table",
      count_text(unknown_), unknown_ == 1 ? "row has" : "rows have", recommender_.id_column());
}

}  // namespace shortlist
