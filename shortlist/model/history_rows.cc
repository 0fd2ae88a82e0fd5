#include "shortlist/model/history_rows.h"

#include <algorithm>
#include <numeric>

#include "shortlist/layers/numbering.h"
#include "shortlist/model/invert_map.h"

namespace shortlist {
namespace {

// The ids [begin, end) of a row's bag.
std::pair<uint32_t, uint32_t> range_of(const EncodedColumn& column, uint32_t row) {
  const std::span<const int32_t> bag = column.bag(row);
  const auto begin = static_cast<uint32_t>(bag.data() - column.ids.data());
  return {begin, begin + static_cast<uint32_t>(bag.size())};
}

bool can_share(const ModelSpec& spec, const HistorySet& history) {
  return std::ranges::none_of(spec.nodes, [&](const Node& node) {
    return node.row_set == history.events && node.layer->traits().looks_ahead;
  });
}

}  // namespace

HistoryRows::HistoryRows(const ModelSpec& spec, const EncodedRows& queries)
    : spec_(spec), queries_(queries), rows_(spec.histories.size()) {
  for (size_t i = 0; i < rows_.size(); ++i) rows_[i].shared = can_share(spec, spec.histories[i]);
}

void HistoryRows::add_to(Batch& batch) {
  batch.row_sets.resize(spec_.row_sets.size());
  for (size_t i = 0; i < rows_.size(); ++i) add(spec_.histories[i], rows_[i], batch);
}

void HistoryRows::add(const HistorySet& history, Rows& rows, Batch& batch) const {
  const EncodedColumn& column = queries_.columns[static_cast<size_t>(history.feature)];
  const std::span<const uint32_t> shown = batch.queries().shown;
  // `source` first has the sequence of each query.
  Numbering numbering(shown.size(), rows.slots, rows.begins);
  rows.source.clear();
  rows.ends.clear();
  for (uint32_t query : shown) {
    const auto [begin, end] = range_of(column, query);
    if (begin == end) {
      rows.source.push_back(kNoSource);
      continue;
    }
    if (!rows.shared) rows.begins.push_back(begin);
    const uint32_t sequence =
        rows.shared ? numbering.number(begin) : static_cast<uint32_t>(rows.begins.size() - 1);
    if (sequence == rows.ends.size()) rows.ends.push_back(end);
    rows.ends[sequence] = std::max(rows.ends[sequence], end);
    rows.source.push_back(sequence);
  }
  rows.offsets.assign(1, 0);
  rows.events.clear();
  rows.sequence_of_event.clear();
  for (uint32_t s = 0; s < rows.begins.size(); ++s) {
    for (uint32_t event = rows.begins[s]; event < rows.ends[s]; ++event) {
      rows.events.push_back(event);
      rows.sequence_of_event.push_back(s);
    }
    rows.offsets.push_back(static_cast<uint32_t>(rows.events.size()));
  }
  for (size_t q = 0; q < shown.size(); ++q) {
    uint32_t& source = rows.source[q];
    if (source == kNoSource) continue;
    source = rows.offsets[source] + range_of(column, shown[q]).second - 1 - rows.begins[source];
  }
  invert_map(rows.source, rows.events.size(), rows.query_offsets, rows.copies);
  rows.sequences.resize(rows.begins.size());
  std::iota(rows.sequences.begin(), rows.sequences.end(), 0);
  rows.event_copies.resize(rows.events.size());
  std::iota(rows.event_copies.begin(), rows.event_copies.end(), 0);
  batch.at(history.sequences) = {.shown = rows.sequences};
  batch.at(history.events) = {.encoded = &queries_,
                              .shown = rows.events,
                              .events = true,
                              .parents = {RowMap{rows.sequence_of_event, rows.offsets, rows.event_copies}}};
  batch.at(kQueryRows).parents[history.place] = {rows.source, rows.query_offsets, rows.copies};
}

}  // namespace shortlist
