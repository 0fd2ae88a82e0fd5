#include "shortlist/jobs/describe.h"

#include <algorithm>
#include <iterator>

#include "shortlist/config/build.h"
#include "shortlist/config/resolve.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/learners/kinds.h"
#include "shortlist/learners/unread_nodes.h"
#include "shortlist/report/model_summary.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/prepare.h"

namespace shortlist {

Described describe(const Config& config) {
  find_kind(config.model);
  if (!config.has_towers())
    throw usage_error("describe shows layers, but a model of kind \"{}\" has none", config.model.kind);
  const PreparedData prepared = prepare_data(resolve_data(config), Table::open(config.data.source()));
  const ModelSpec spec = build_model(config, prepared.features, prepared.label_scales);
  const Parameters parameters(spec);
  const std::vector<GraphNode> graph = graph_nodes(config, spec);
  std::vector<std::string> warnings = prepared.data.notes;
  std::ranges::copy(warnings_of_unread(spec), std::back_inserter(warnings));
  return {model_summary(spec, parameters), to_dot(graph), graph_to_svg(graph, ""), warnings};
}

}  // namespace shortlist
