#include "shortlist/report/graph_layers.h"

#include <algorithm>
#include <map>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// The column number of each node. Nodes without a group have their own column.
std::vector<int> columns_of(const std::vector<GraphNode>& nodes) {
  std::map<std::string, int> numbers;
  std::vector<int> columns;
  int count = 0;
  for (const GraphNode& node : nodes) {
    if (node.group.empty()) {
      columns.push_back(count++);
      continue;
    }
    const auto [found, is_new] = numbers.try_emplace(node.group, count);
    count += is_new;
    columns.push_back(found->second);
  }
  return columns;
}

// Longest path within the column. A node without inputs in the column is placed just above the first node
// that it feeds.
std::vector<int> rows_in_columns(const std::vector<GraphNode>& nodes, const std::vector<int>& columns) {
  std::vector<int> rows(nodes.size(), 0), first_use(nodes.size(), -1);
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (int input : nodes[i].inputs) {
      SHORTLIST_CHECK(input >= 0 && size_t(input) < i);
      if (columns[size_t(input)] == columns[i]) rows[i] = std::max(rows[i], rows[size_t(input)] + 1);
    }
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (int input : nodes[i].inputs) {
      int& use = first_use[size_t(input)];
      if (columns[size_t(input)] == columns[i] && (use < 0 || rows[i] < use)) use = rows[i];
    }
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (rows[i] == 0 && first_use[i] > 1) rows[i] = first_use[i] - 1;
  }
  return rows;
}

// Longest path between columns. Groups that feed each other in a cycle have no longest path, so the iteration
// stops after as many rounds as there are columns.
std::vector<int> tiers_of_columns(const std::vector<GraphNode>& nodes, const std::vector<int>& columns,
                                  int count) {
  std::vector<int> tiers(size_t(count), 0);
  bool changed = true;
  for (int round = 0; changed && round < count; ++round) {
    changed = false;
    for (size_t i = 0; i < nodes.size(); ++i) {
      for (int input : nodes[i].inputs) {
        const auto from = size_t(columns[size_t(input)]), to = size_t(columns[i]);
        if (from == to || tiers[to] > tiers[from]) continue;
        tiers[to] = tiers[from] + 1;
        changed = true;
      }
    }
  }
  return tiers;
}

// Mean position of a node's inputs that are already placed; `otherwise` if there are none.
double barycentre(const GraphNode& node, const std::vector<double>& position, double otherwise) {
  double sum = 0;
  int count = 0;
  for (int input : node.inputs) {
    if (position[size_t(input)] < 0) continue;
    sum += position[size_t(input)];
    ++count;
  }
  return count ? sum / count : otherwise;
}

void order_row(const std::vector<GraphNode>& nodes, std::vector<int>& row, std::vector<double>& position) {
  std::vector<std::pair<double, int>> keys;
  for (size_t i = 0; i < row.size(); ++i) {
    keys.emplace_back(barycentre(nodes[size_t(row[i])], position, (double(i) + 0.5) / double(row.size())),
                      row[i]);
  }
  std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < row.size(); ++i) {
    row[i] = keys[i].second;
    position[size_t(row[i])] = (double(i) + 0.5) / double(row.size());
  }
}

}  // namespace

std::vector<Tier> arrange(const std::vector<GraphNode>& nodes) {
  if (nodes.empty()) return {};
  const std::vector<int> column_of = columns_of(nodes);
  const std::vector<int> row_of = rows_in_columns(nodes, column_of);
  std::vector<GraphColumn> columns(size_t(*std::max_element(column_of.begin(), column_of.end())) + 1);
  for (size_t i = 0; i < nodes.size(); ++i) {
    GraphColumn& column = columns[size_t(column_of[i])];
    column.group = nodes[i].group;
    column.rows.resize(std::max(column.rows.size(), size_t(row_of[i]) + 1));
    column.rows[size_t(row_of[i])].push_back(int(i));
  }
  std::vector<double> position(nodes.size(), -1);  // inside its row, 0 to 1; -1: not placed yet
  for (GraphColumn& column : columns) {
    for (auto& row : column.rows) order_row(nodes, row, position);
  }
  const std::vector<int> tier_of = tiers_of_columns(nodes, column_of, int(columns.size()));
  std::vector<Tier> tiers(size_t(*std::max_element(tier_of.begin(), tier_of.end())) + 1);
  for (size_t i = 0; i < columns.size(); ++i) tiers[size_t(tier_of[i])].push_back(std::move(columns[i]));
  std::erase_if(tiers, [](const Tier& tier) { return tier.empty(); });
  return tiers;
}

}  // namespace shortlist
