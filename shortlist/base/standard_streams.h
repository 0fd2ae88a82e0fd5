// Standard input, output and error, which may be closed, full, or a terminal that has gone away.
#pragma once

#include <string_view>

namespace shortlist {

// Opens /dev/null in place of each closed stream. Otherwise the next file opened would get its number, and
// messages would be written into that file. Call first.
void open_closed_streams();

// Writes a message to standard error, unbuffered. A message that cannot be written is dropped: it must not
// end a job.
void write_message(std::string_view text) noexcept;

// Writes to standard output, unbuffered. Throws a failed Error if that fails.
void write_output(std::string_view text);
// Writes what is buffered. Throws a failed Error if that fails.
void flush_output();

}  // namespace shortlist
