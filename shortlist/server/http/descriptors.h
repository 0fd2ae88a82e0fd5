// Open files of this process: connections may not take those that loading a bundle needs.
#pragma once

namespace shortlist {

// Raises the soft limit of open files so far as `connections` need it and the hard limit allows, and keeps
// some back for files. Returns how many connections fit, at least 1 and at most `connections`.
int make_descriptors_for(int connections, int threads);

}  // namespace shortlist
