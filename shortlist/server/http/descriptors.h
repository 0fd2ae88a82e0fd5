// File descriptors of this process. Connections must not use up those needed to load a bundle.
#pragma once

namespace shortlist {

// Raises the soft limit of open files as far as `connections` need it and the hard limit allows, and reserves
// some for files. Returns how many connections fit, at least 1 and at most `connections`.
int make_descriptors_for(int connections, int threads);

}  // namespace shortlist
