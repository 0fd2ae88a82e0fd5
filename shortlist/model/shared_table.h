// A table that several nodes of a plan look up.
#pragma once

#include <memory>
#include <vector>

#include "shortlist/layers/parameter.h"

namespace shortlist {

// Each node has a part, with the table's values and the gradient of the rows that the node touches. After
// backward the parts are added up, node after node, into the gradient of the table: once for each row that
// any of them touches, in order of first appearance.
class SharedTable {
 public:
  SharedTable(ParameterState& table, size_t nodes);

  ParameterState& part(size_t node) { return *parts_[node].state; }
  // Lists the touched rows of all parts, and makes room for their gradient; one task.
  void join_rows();
  // Then adds the gradients; each task writes rows of its own.
  size_t tasks() const { return chunk_count(table_->rows.touched.size(), kRowsATask); }
  void add_gradients(size_t task) const;

 private:
  static constexpr size_t kRowsATask = 512;
  struct Part {
    std::unique_ptr<ParameterState> state;
    std::vector<uint32_t> place;  // of each touched row of the table, among the part's
  };

  ParameterState* table_;
  std::vector<Part> parts_;
  std::vector<uint32_t> slots_;
};

}  // namespace shortlist
