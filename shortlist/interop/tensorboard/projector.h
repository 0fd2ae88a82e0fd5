// Files for TensorBoard's embedding projector: vectors and labels as tab-separated text, and a config.
#pragma once

#include <string>
#include <vector>

#include "shortlist/math/matrix.h"

namespace shortlist {

struct ProjectorLabels {
  std::vector<std::string> columns;            // the header, at least one
  std::vector<std::vector<std::string>> rows;  // one per vector, each as long as the header
};

// Writes <name>.tsv, metadata.tsv and projector_config.pbtxt to `folder`. Tabs and line breaks in labels
// become spaces. A line that would be blank becomes "(empty)", because the projector skips blank lines.
void write_projector(const std::string& folder, const std::string& name, ConstMatrix vectors,
                     const ProjectorLabels& labels);

}  // namespace shortlist
