// How much memory this process can still use, so that work which needs more can be refused before it starts.
#pragma once

#include <cstddef>
#include <string>

namespace shortlist {

// The least of what the system reports as available, what the process's control group leaves, and what the
// limit of its address space leaves. SIZE_MAX if none of them is known.
size_t available_memory();

// "1.6 GB", "12 MB".
std::string bytes_text(double bytes);

}  // namespace shortlist
