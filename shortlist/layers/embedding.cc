#include "shortlist/layers/embedding.h"

#include <cmath>
#include <cstring>

#include "shortlist/base/prefetch.h"
#include "shortlist/base/random.h"
#include "shortlist/layers/numbering.h"
#include "shortlist/math/block_passes.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

constexpr size_t kTouchedATask = 512;
// Prefetch distance: table rows are far apart in memory, and so are the ids of a shuffled batch.
constexpr size_t kAhead = 16;

float bag_scale(Pooling pooling, size_t size) {
  if (pooling == Pooling::sum || size <= 1) return 1;
  const float n = static_cast<float>(size);
  return pooling == Pooling::mean ? 1 / n : 1 / std::sqrt(n);
}

std::span<const int32_t> bag_of(const Embedding& layer, const Pass& pass, size_t row) {
  const std::span<const int32_t> bag = pass.feature.bag(row);
  if (layer.slots > 0) return bag.last(std::min(bag.size(), static_cast<size_t>(layer.slots)));
  if (layer.place < 0) return bag;
  const auto place = static_cast<size_t>(layer.place);
  return place < bag.size() ? bag.subspan(place, 1) : std::span<const int32_t>();
}

bool has_one_id_per_row(const Embedding& layer, const Pass& pass) {
  return layer.place < 0 && layer.slots == 0 && pass.feature.has_one_id_per_row();
}

// Whether the ids of a bag have weights. If not, they all have bag_scale().
bool has_weights(const Embedding& layer, const Pass& pass) {
  if (layer.slots > 0) return false;
  return layer.half_life > 0 || (layer.item_dropout > 0 && pass.training) ||
         (layer.place < 0 && pass.feature.has_weights());
}

// The weights of the ids in the bag of a row: y = sum_i weights[i] E[bag[i]].
void weigh_bag(const Embedding& layer, const Pass& pass, size_t row, std::span<float> weights) {
  const size_t size = weights.size();
  const RandomStream random = RandomStream::of_key(pass.random_key).at(row);
  const std::span<const float> given =
      layer.place < 0 ? pass.feature.weights_of(row) : std::span<const float>();
  double sum = 0, squares = 0;
  for (size_t i = 0; i < size; ++i) {
    double weight = layer.half_life > 0 ? std::exp2(-static_cast<double>(size - 1 - i) / layer.half_life) : 1;
    if (!given.empty()) weight *= static_cast<double>(given[i]);
    if (pass.training && layer.item_dropout > 0 && random.uniform(i) < layer.item_dropout) weight = 0;
    weights[i] = static_cast<float>(weight);
    sum += weight;
    squares += weight * weight;
  }
  if (layer.pooling == Pooling::sum) return;
  const double total = layer.pooling == Pooling::mean ? sum : std::sqrt(squares);
  // As TensorFlow's divide_no_nan: weights that cancel out give zeros.
  scale(weights, total == 0 ? 0.0f : static_cast<float>(1 / total));
}

std::span<const uint32_t> as_rows(std::span<const int32_t> ids) {
  return {reinterpret_cast<const uint32_t*>(ids.data()), ids.size()};
}

void prefetch_bag(const Embedding& layer, const Pass& pass, size_t row, RowRange rows) {
  if (row < rows.end) prefetch(bag_of(layer, pass, row).data());
}

size_t ids_of_batch(const Embedding& layer, const Pass& pass) {
  if (has_one_id_per_row(layer, pass)) return pass.rows;
  size_t count = 0;
  for (size_t r = 0; r < pass.rows; ++r) count += bag_of(layer, pass, r).size();
  return count;
}

// Lists the touched rows, with their number of users in offsets[i + 1], and the index of every id among them.
void count_users(const Embedding& layer, const Pass& pass, TouchedRows& rows, Scratch& scratch) {
  const size_t ids = ids_of_batch(layer, pass);
  Numbering numbering(ids, scratch.words, rows.touched);
  rows.place_of_id.resize(ids);
  rows.offsets.assign(ids + 1, 0);
  uint32_t* place = rows.place_of_id.data();
  for (size_t r = 0; r < pass.rows; ++r) {
    prefetch_bag(layer, pass, r + kAhead, {0, pass.rows});
    for (int32_t id : bag_of(layer, pass, r)) {
      *place = numbering.number(static_cast<uint32_t>(id));
      ++rows.offsets[*place++ + 1];
    }
  }
  rows.offsets.resize(rows.touched.size() + 1);
}

void list_users(const Embedding& layer, const Pass& pass, TouchedRows& rows, Scratch& scratch) {
  for (size_t i = 1; i < rows.offsets.size(); ++i) rows.offsets[i] += rows.offsets[i - 1];
  rows.users.resize(rows.offsets.back());
  // While users are filled in, offsets[i] advances to the end of i's users, which is the start of i + 1's.
  const uint32_t* place = rows.place_of_id.data();
  const bool weighted = has_weights(layer, pass);
  rows.weights.resize(weighted ? rows.users.size() : 0);
  for (size_t r = 0; r < pass.rows; ++r) {
    const size_t size = bag_of(layer, pass, r).size();
    const std::span<float> weights = weighted ? scratch.take(size) : std::span<float>();
    if (weighted) weigh_bag(layer, pass, r, weights);
    for (size_t i = 0; i < size; ++i) {
      const uint32_t user = rows.offsets[*place++]++;
      // A slot is a user of its own.
      rows.users[user] =
          static_cast<uint32_t>(layer.slots > 0 ? r * static_cast<size_t>(layer.slots) + i : r);
      if (weighted) rows.weights[user] = weights[i];
    }
  }
  rows.offsets.insert(rows.offsets.begin(), 0);
  rows.offsets.pop_back();
}

// A loop, because rows are so short that a call would take longer than the copy.
void copy_row(std::span<const float> from, std::span<float> to) {
  constexpr size_t kLine = 16;
  size_t i = 0;
  for (; i + kLine <= to.size(); i += kLine) std::memcpy(&to[i], &from[i], kLine * sizeof(float));
  for (; i < to.size(); ++i) to[i] = from[i];
}

}  // namespace

LayerPlan Embedding::plan(std::span<const int> widths) const {
  expect_inputs(widths, 0);
  if (dim < 1) throw usage_error("dim = {}: needs to be at least 1", dim);
  SHORTLIST_CHECK(ids > 0);
  if (slots > kMostWidth / (dim + 1))
    throw usage_error("{} ids of width {} are too many, need {} or fewer", slots, dim,
                      kMostWidth / (dim + 1));
  LayerPlan plan{.width = slots > 0 ? slots * (dim + 1) : dim};
  plan.parameters.push_back({.name = "embeddings",
                             .rows = static_cast<size_t>(ids),
                             .cols = static_cast<size_t>(dim),
                             .initializer = initializer,
                             .initializer_scale = initializer_scale,
                             .regularizer = {0, l2, row_l2},
                             .table = true,
                             .shared = table});
  return plan;
}

void Embedding::forward_slots(const Pass& pass, RowRange rows) const {
  const Matrix& table = pass.parameters[0]->value;
  const auto width = static_cast<size_t>(dim) + 1;
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const std::span<const int32_t> bag = bag_of(*this, pass, r);
    const std::span<float> y = pass.output.row_span(r);
    for (size_t i = 0; i < static_cast<size_t>(slots); ++i) {
      const std::span<float> slot = y.subspan(i * width, width);
      if (i < bag.size()) {
        copy_row(table.row_span(static_cast<size_t>(bag[i])), slot.first(width - 1));
      } else {
        fill(slot, 0);
      }
      slot.back() = i < bag.size() ? 0 : kNoId;
    }
  }
}

// The users of a touched row are slots.
void Embedding::write_gradients_of_slots(const Pass& pass, RowRange touched) const {
  const ParameterState& parameter = *pass.parameters[0];
  const TouchedRows& rows = parameter.rows;
  const auto width = static_cast<size_t>(dim), each = static_cast<size_t>(slots);
  for (size_t i = touched.begin; i < touched.end; ++i) {
    const std::span<float> gradient = parameter.gradient.row_span(i);
    fill(gradient, 0);
    for (size_t u = rows.offsets[i]; u < rows.offsets[i + 1]; ++u) {
      const std::span<const float> dy = pass.doutput.row_span(rows.users[u] / each);
      add(dy.subspan(rows.users[u] % each * (width + 1), width), gradient);
    }
  }
}

void Embedding::forward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  if (slots > 0) return forward_slots(pass, rows);
  const Matrix& table = pass.parameters[0]->value;
  const TouchedRows& touched = pass.parameters[0]->rows;
  // If prepare() found the single id of each row, they are contiguous there.
  const bool weighted = has_weights(*this, pass);
  const bool found = pass.backward_follows && has_one_id_per_row(*this, pass);
  const auto bag = [&](size_t r) {
    return found ? std::span(&touched.touched[touched.place_of_id[r]], 1) : as_rows(bag_of(*this, pass, r));
  };
  for (size_t r = rows.begin; r < rows.end; ++r) {
    if (!found) prefetch_bag(*this, pass, r + 2 * kAhead, rows);
    if (r + kAhead < rows.end) {
      for (uint32_t id : bag(r + kAhead)) prefetch(table.row(id));
    }
    const std::span<const uint32_t> ids = bag(r);
    const std::span<float> y = pass.output.row_span(r);
    if (ids.size() == 1 && !weighted) {
      copy_row(table.row_span(ids[0]), y);
      continue;
    }
    if (weighted && !ids.empty()) {
      const std::span<float> weights = scratch.take(ids.size());
      weigh_bag(*this, pass, r, weights);
      sum_rows(table, ids, weights, y);
      continue;
    }
    sum_rows(table, ids, {}, y);
    if (ids.size() > 1) scale(y, bag_scale(pooling, ids.size()));
  }
}

void Embedding::prepare(const Pass& pass, Scratch& scratch) const {
  ParameterState& parameter = *pass.parameters[0];
  TouchedRows& rows = parameter.rows;
  count_users(*this, pass, rows, scratch);
  list_users(*this, pass, rows, scratch);
  parameter.make_touched_gradient();
}

size_t Embedding::gradient_tasks(const Pass& pass) const {
  return chunk_count(pass.parameters[0]->rows.touched.size(), kTouchedATask);
}

void Embedding::write_gradients(const Pass& pass, size_t task, Scratch& scratch) const {
  const ParameterState& parameter = *pass.parameters[0];
  const TouchedRows& rows = parameter.rows;
  const RowRange range = chunk_rows(rows.touched.size(), kTouchedATask, task);
  if (slots > 0) return write_gradients_of_slots(pass, range);
  const ConstMatrix dy = pass.doutput;
  for (size_t i = range.begin; i < range.end; ++i) {
    const auto users = std::span(rows.users).subspan(rows.offsets[i], rows.offsets[i + 1] - rows.offsets[i]);
    const size_t ahead = rows.offsets[i] + kAhead;
    if (ahead < rows.users.size()) prefetch(dy.row(rows.users[ahead]));
    std::span<const float> weights;
    if (!rows.weights.empty()) {
      weights = std::span(rows.weights).subspan(rows.offsets[i], users.size());
    } else if (!has_one_id_per_row(*this, pass)) {
      const std::span<float> scales = scratch.take(users.size());
      for (size_t u = 0; u < users.size(); ++u)
        scales[u] = bag_scale(pooling, bag_of(*this, pass, users[u]).size());
      weights = scales;
    }
    sum_rows(dy, users, weights, parameter.gradient.row_span(i));
  }
}

LayerPlan Numbers::plan(std::span<const int> widths) const {
  expect_inputs(widths, 0);
  return {.width = width};
}

void Numbers::forward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    if (r + kAhead < rows.end) prefetch(pass.feature.column->numbers(pass.feature.rows[r + kAhead]).data());
    copy_row(pass.feature.column->numbers(pass.feature.rows[r]), pass.output.row_span(r));
  }
}

}  // namespace shortlist
