#include "shortlist/model/spec.h"

#include <algorithm>

namespace shortlist {

std::vector<int> ModelSpec::ranking_nodes() const {
  std::vector<int> nodes;
  for (const RankingOutput& ranking : rankings) nodes.push_back(ranking.node);
  return nodes;
}

std::vector<int> ModelSpec::widths(const std::vector<int>& inputs) const {
  std::vector<int> widths;
  for (int input : inputs) widths.push_back(at(input).width);
  return widths;
}

int parent_place(const RowSetSpec& row_set, int parent) {
  const auto found = std::ranges::find(row_set.parents, parent, &RowSetSpec::Parent::row_set);
  return found == row_set.parents.end() ? -1 : static_cast<int>(found - row_set.parents.begin());
}

int segments_place(const RowSetSpec& row_set, int parent) {
  const int place = parent_place(row_set, parent);
  if (place < 0 || row_set.parents[static_cast<size_t>(place)].relation != RowRelation::segments) return -1;
  return place;
}

int ModelSpec::add_row_set(RowSetSpec row_set) {
  size_t with_segments = 0;
  for (const RowSetSpec::Parent& parent : row_set.parents) {
    SHORTLIST_CHECK(parent.row_set >= 0 && static_cast<size_t>(parent.row_set) < row_sets.size());
    with_segments += parent.relation == RowRelation::segments;
  }
  SHORTLIST_CHECK(row_set.parents.size() <= kMostParents && with_segments <= 1);
  row_sets.push_back(std::move(row_set));
  return static_cast<int>(row_sets.size()) - 1;
}

HistorySet ModelSpec::add_history(const std::string& name, int feature) {
  std::vector<RowSetSpec::Parent>& parents = row_sets[kQueryRows].parents;
  HistorySet history{.feature = feature, .place = parents.size()};
  if (parents.size() == kMostParents)
    throw usage_error("at most {} histories of a query can have layers", kMostParents);
  history.sequences = add_row_set({.name = name + "/sequences"});
  history.events = add_row_set({.name = name, .parents = {{history.sequences, RowRelation::segments}}});
  row_sets[kQueryRows].parents.push_back({history.events});
  histories.push_back(history);
  return history;
}

int ModelSpec::add_slots(const std::string& name, int count) {
  slots.push_back({add_row_set({.name = name, .parents = {{kPairRows, RowRelation::segments}}}), count});
  return slots.back().row_set;
}

namespace {

void expect_segments(const ModelSpec& spec, const Node& node) {
  const RowSetSpec& own = spec.row_set(node.row_set);
  const auto is_segments = [](const RowSetSpec::Parent& p) { return p.relation == RowRelation::segments; };
  if (node.layer->traits().along_segments && std::ranges::none_of(own.parents, is_segments)) {
    throw usage_error("a layer '{}' runs along a history, and the rows '{}' are not those of one",
                      node.layer->kind(), own.name);
  }
}

// Throws unless the layer can read rows of its inputs' row sets.
void expect_row_sets(const ModelSpec& spec, const Node& node) {
  const InputRows reads = node.layer->traits().input_rows;
  bool crosses = false;
  for (int input : node.inputs) {
    const Node& from = spec.at(input);
    const bool own = from.row_set == node.row_set;
    const bool other =
        reads == InputRows::parent
            ? parent_place(spec.row_set(node.row_set), from.row_set) >= 0
            : reads == InputRows::segments && segments_place(spec.row_set(from.row_set), node.row_set) >= 0;
    crosses = crosses || other;
    if (other || (own && reads != InputRows::parent)) continue;
    const char* needed = reads == InputRows::own      ? "the same"
                         : reads == InputRows::parent ? "a parent's of these"
                                                      : "these or their segments'";
    throw usage_error("is over the rows '{}' but its input '{}' over '{}'; a layer '{}' needs {}",
                      spec.row_set(node.row_set).name, from.name, spec.row_set(from.row_set).name,
                      node.layer->kind(), needed);
  }
  if (reads != InputRows::own && !crosses)
    throw usage_error("a layer '{}' needs an input over other rows than its own", node.layer->kind());
}

}  // namespace

int ModelSpec::add(Node node) {
  for (int input : node.inputs) SHORTLIST_CHECK(input >= 0 && static_cast<size_t>(input) < nodes.size());
  SHORTLIST_CHECK(node.row_set >= 0 && static_cast<size_t>(node.row_set) < row_sets.size());
  if (std::ranges::find(nodes, node.name, &Node::name) != nodes.end())
    throw usage_error("node '{}': another node has this name", node.name);
  try {
    node.width = node.layer->plan(widths(node.inputs)).width;
    expect_segments(*this, node);
    expect_row_sets(*this, node);
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("node '{}': {}", node.name, error.what()));
  }
  nodes.push_back(std::move(node));
  return static_cast<int>(nodes.size()) - 1;
}

std::vector<std::string> unread_nodes(const ModelSpec& spec) {
  std::vector<uint8_t> read(spec.nodes.size());
  for (int output :
       {spec.query, spec.candidate, spec.ranked_query, spec.ranked_candidate, spec.task_weights}) {
    if (output >= 0) read[static_cast<size_t>(output)] = 1;
  }
  for (const RankingOutput& ranking : spec.rankings) read[static_cast<size_t>(ranking.node)] = 1;
  for (size_t i = spec.nodes.size(); i-- > 0;) {
    if (!read[i]) continue;
    for (int input : spec.nodes[i].inputs) read[static_cast<size_t>(input)] = 1;
  }
  std::vector<std::string> unread;
  for (size_t i = 0; i < spec.nodes.size(); ++i) {
    // Nodes that combine towers' features and pairs are not in the config.
    const bool is_implied =
        spec.nodes[i].name.ends_with("/features") || spec.nodes[i].name.starts_with("pair/");
    // A history that rankings attend to is read as slots.
    const auto has_slots = [&](const Node& node) { return node.name == spec.nodes[i].name + "/slots"; };
    const bool is_attended = std::ranges::any_of(spec.nodes, has_slots);
    if (!read[i] && !is_implied && !is_attended) unread.push_back(spec.nodes[i].name);
  }
  return unread;
}

}  // namespace shortlist
