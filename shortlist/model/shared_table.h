// A table that several nodes of a plan share.
#pragma once

#include <memory>
#include <vector>

#include "shortlist/layers/parameter.h"

namespace shortlist {

// Each node has a part with the table's values and the gradient of the rows that the node touches. After
// backward, the parts are added in node order into the gradient of the table, which has one row per row that
// any node touches, in order of first appearance.
class SharedTable {
 public:
  SharedTable(ParameterState& table, size_t nodes);

  ParameterState& part(size_t node) { return *parts_[node].state; }
  // Lists the touched rows of all parts and allocates their gradient; one task.
  void join_rows();
  // Adds the gradients after join_rows(). Each task writes different rows.
  size_t tasks() const { return chunk_count(table_->rows.touched.size(), kRowsATask); }
  void add_gradients(size_t task) const;

 private:
  static constexpr size_t kRowsATask = 512;
  struct Part {
    std::unique_ptr<ParameterState> state;
    std::vector<uint32_t> place;  // per touched row of the table: its index in the part
  };

  ParameterState* table_;
  std::vector<Part> parts_;
  std::vector<uint32_t> slots_;
};

}  // namespace shortlist
