// Appends rows of ids to an encoded column. Offsets are written only from the first row on that does not have
// exactly one id.
#pragma once

#include <cstdint>
#include <limits>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/table/encoded.h"

namespace shortlist {

class BagWriter {
 public:
  explicit BagWriter(EncodedColumn& out) : out_(out), begin_(out.ids.size()) {}

  void add(int32_t id) { out_.ids.push_back(id); }
  // Number of ids in the current row so far.
  size_t size() const { return out_.ids.size() - begin_; }

  void end_row() {
    if (out_.offsets.empty() && size() != 1) start_offsets();
    begin_ = out_.ids.size();
    if (begin_ > std::numeric_limits<uint32_t>::max())
      throw data_error("a feature yields more than 2^32 ids");
    if (!out_.offsets.empty()) out_.offsets.push_back(static_cast<uint32_t>(begin_));
  }
  void end_row(int32_t id) {
    add(id);
    end_row();
  }

 private:
  // Every earlier row has one id, so row r begins at r.
  void start_offsets() {
    out_.offsets.resize(begin_ + 1);
    std::iota(out_.offsets.begin(), out_.offsets.end(), 0u);
  }

  EncodedColumn& out_;
  size_t begin_;  // start of the current row
};

}  // namespace shortlist
