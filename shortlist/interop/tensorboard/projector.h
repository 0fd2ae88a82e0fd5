// What TensorBoard's embedding projector reads: vectors and labels as tab-separated text, and a config.
#pragma once

#include <string>
#include <vector>

#include "shortlist/math/matrix.h"

namespace shortlist {

struct ProjectorLabels {
  std::vector<std::string> columns;            // the header, at least one
  std::vector<std::vector<std::string>> rows;  // one a vector, each as long as the header
};

// Writes <name>.tsv, metadata.tsv and projector_config.pbtxt into `folder`. Tabs and line ends within labels
// become spaces; a line that would be blank, which the projector skips, becomes "(empty)".
void write_projector(const std::string& folder, const std::string& name, ConstMatrix vectors,
                     const ProjectorLabels& labels);

}  // namespace shortlist
