// Standard input, output and error, which may be closed, full, or a terminal that is gone.
#pragma once

#include <string_view>

namespace shortlist {

// Opens /dev/null in place of each that is closed: the next file that is opened would otherwise take its
// number, and messages would go into it. Call first.
void open_closed_streams();

// Writes a message to standard error, at once. A message that cannot be shown is lost: that ends no job.
void write_message(std::string_view text) noexcept;

// Writes what is buffered to standard output. Throws a failed Error if that, or a write before it, failed.
void flush_output();

}  // namespace shortlist
