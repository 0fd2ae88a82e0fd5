#include "shortlist/jobs/doctor.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "shortlist/config/resolve.h"
#include "shortlist/jobs/doctor_checks.h"
#include "shortlist/report/findings_text.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

using Check = void (*)(const Examined&, Findings&);
constexpr Check kChecks[] = {check_telling_columns, check_labels,     check_identical_rows,
                             check_repeated_pairs,  check_times,      check_untrained_items,
                             check_empty_columns,   check_rare_users, check_rare_items};

size_t distinct_of(const CodedColumn& column, size_t rows) {
  std::unordered_set<uint32_t> found;
  for (size_t row = 0; row < rows; ++row)
    if (!column.values.is_missing(column.codes[row])) found.insert(column.codes[row]);
  return found.size();
}

}  // namespace

std::vector<Finding> find_faults(const Config& config, const Table& table, const DataColumns& columns,
                                 const Split& split) {
  const bool tests = !split.test.empty();
  const Examined data{config,
                      table,
                      columns,
                      split,
                      columns.find(config.items.id),
                      config.data.user.empty() ? nullptr : &columns.find(config.data.user),
                      tests ? split.test : split.validation,
                      tests ? "test" : "validation"};
  std::vector<Finding> findings;
  for (const Check check : kChecks) check(data, findings);
  std::ranges::stable_partition(findings, &Finding::warning);
  return findings;
}

Diagnosis diagnose(const Config& config) {
  const DataSpec spec = resolve_data(config);
  const Table table = Table::open(config.data.source());
  Diagnosis found;
  inspect_data(spec, table, [&](const DataColumns& columns, const Split& split) {
    found.rows = columns.rows;
    found.items = distinct_of(columns.find(config.items.id), columns.rows);
    if (!config.data.user.empty()) found.users = distinct_of(columns.find(config.data.user), columns.rows);
    found.train = split.train.size();
    found.validation = split.validation.size();
    found.test = split.test.size();
    found.findings = find_faults(config, table, columns, split);
  });
  return found;
}

std::string diagnosis_json(const Diagnosis& found) {
  const nlohmann::ordered_json json = {
      {"rows", found.rows},
      {"items", found.items},
      {"users", found.users},
      {"split", {{"train", found.train}, {"validation", found.validation}, {"test", found.test}}},
      {"ranks_all_items", true},
      {"findings", findings_to_json(found.findings)}};
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace shortlist
