#include "shortlist/report/model_summary.h"

#include <fmt/format.h>

namespace shortlist {

std::string model_summary(const ModelSpec& spec, const Parameters& parameters) {
  std::string text =
      fmt::format("{:<34} {:<16} {:>10} {:>12}  {}\n", "node", "layer", "output", "parameters", "inputs");
  text += std::string(96, '-') + "\n";
  for (size_t i = 0; i < spec.nodes.size(); ++i) {
    const Node& node = spec.nodes[i];
    size_t count = 0;
    for (const ParameterState* state : parameters.of(i)) count += state->spec.rows * state->spec.cols;
    std::string inputs;
    for (int input : node.inputs) inputs += (inputs.empty() ? "" : ", ") + spec.at(input).name;
    if (node.feature >= 0) inputs = parameters.of(i).empty() ? "numbers" : "ids";
    text += fmt::format("{:<34} {:<16} {:>10} {:>12}  {}\n", node.name, node.layer->kind(),
                        fmt::format("[*, {}]", node.width), fmt::format("{}", count), inputs);
  }
  text += std::string(96, '-') + "\n";
  text += fmt::format("trained parameters: {}; not trained: {}", parameters.trainable_count(),
                      parameters.kept_count());
  return text;
}

}  // namespace shortlist
