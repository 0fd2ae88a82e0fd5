// What work takes on a machine: the constants that `shortlist plan` multiplies. benchmarks/plan_constants.py
// measures them and writes them as JSON.
#pragma once

#include <string>

#include "shortlist/base/fields.h"

namespace shortlist {

// Times are those of one core. The defaults were measured with `synth` tables of 0.1 to 3 million rows.
struct ScaleConstants {
  std::string machine = "two cores of an AMD Zen 4 processor, 2026-12";
  // Seconds: of opening a table; of reading it and fitting its features, per row and column; of encoding, per
  // row and feature.
  double read_start = 0.07, read_cell = 1.25e-7, fit_cell = 6e-8, encode_cell = 3e-8;
  // Seconds of a training step: per multiply or add, per byte that other layers move, per pair of the
  // in-batch softmax, per value that an optimizer updates, and of the step itself.
  double operation = 4.4e-12, byte_moved = 8e-11, softmax_pair = 2.5e-10, updated_value = 5e-10, step = 2e-4;
  // Seconds of evaluation: per query and item, the same per column of their embeddings, per row; factors and
  // seconds that the last evaluation takes beyond that of an epoch, with baselines, intervals and pictures.
  double ranked_pair = 8e-10, ranked_product = 1.8e-11, evaluated_row = 1.65e-6;
  double last_evaluation = 2.5, last_row = 2.6e-6, last_evaluation_fixed = 0.6;
  // Seconds: per item and level of an HNSW graph; per byte that is written.
  double hnsw_item = 1.2e-5, written_byte = 2e-9;
  // Resident bytes: of the program; of reading text files, a factor and a limit; per row and column; per row;
  // of evaluation, per row, per item and user, with a limit for the blocks of items.
  double base_bytes = 52e6, text_buffer = 2, most_text_buffer = 45e6, cell_bytes = 8, row_bytes = 86;
  double evaluation_bytes = 47e6, evaluated_row_bytes = 175, item_bytes = 1.85e3, user_bytes = 450;
  double item_block_bytes = 3.5e3, most_item_block = 70e6;
  // Two threads are 2 x this as fast as one.
  double thread_efficiency = 0.93;
  // Seconds of an exchange between two ranks, in addition to its bytes. More ranks take log2(ranks) times as
  // long.
  double exchange = 2e-4;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("machine", machine, "The machine that was measured");
    visit("read_start", read_start, "Seconds of opening a table");
    visit("read_cell", read_cell, "Seconds per row and column: reading");
    visit("fit_cell", fit_cell, "Seconds per row and feature: fitting");
    visit("encode_cell", encode_cell, "Seconds per row and feature: encoding");
    visit("operation", operation, "Seconds per multiply or add of a step");
    visit("byte_moved", byte_moved, "Seconds per byte that layers without products move");
    visit("softmax_pair", softmax_pair, "Seconds per pair of the in-batch softmax, without its products");
    visit("updated_value", updated_value, "Seconds per value that the optimizer updates");
    visit("step", step, "Seconds of a step, in addition");
    visit("ranked_pair", ranked_pair, "Seconds per query and item: evaluation");
    visit("ranked_product", ranked_product, "The same per column of the embeddings");
    visit("evaluated_row", evaluated_row, "Seconds per row: evaluation");
    visit("last_evaluation", last_evaluation, "Factor of the pairs in the last evaluation");
    visit("last_row", last_row, "Seconds per row of the table: the last evaluation");
    visit("last_evaluation_fixed", last_evaluation_fixed, "Seconds of the last evaluation, in addition");
    visit("hnsw_item", hnsw_item, "Seconds per item and doubling of the items: an HNSW graph");
    visit("written_byte", written_byte, "Seconds per byte of a bundle");
    visit("base_bytes", base_bytes, "Memory of the program");
    visit("text_buffer", text_buffer, "Memory per byte of text files, up to a limit");
    visit("most_text_buffer", most_text_buffer, "That limit");
    visit("cell_bytes", cell_bytes, "Memory per row and column");
    visit("row_bytes", row_bytes, "Memory per row");
    visit("evaluation_bytes", evaluation_bytes, "Memory of evaluation, in addition to the program's");
    visit("evaluated_row_bytes", evaluated_row_bytes, "Memory per row at the end of a training");
    visit("item_bytes", item_bytes, "Memory per item at the end of a training");
    visit("user_bytes", user_bytes, "Memory per user at the end of a training");
    visit("item_block_bytes", item_block_bytes, "Memory of blocks of queries, per item, up to a limit");
    visit("most_item_block", most_item_block, "That limit");
    visit("thread_efficiency", thread_efficiency, "Speed of two threads by twice that of one");
    visit("exchange", exchange, "Seconds of an exchange between two ranks, without its bytes");
  }
};

// Throws a data Error with the file's name.
ScaleConstants load_scale_constants(const std::string& path);

}  // namespace shortlist
