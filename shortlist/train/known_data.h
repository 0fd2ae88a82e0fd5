// The parts of a dataset that tell one table from another, and place its items and users among those that a
// model was trained on.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shortlist/features/feature_map.h"
#include "shortlist/features/time_form.h"
#include "shortlist/table/coded_column.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// What a model was trained on. Another table's items and users are numbered by it.
struct KnownData {
  std::span<const std::string> items, users;  // their ids
  DataFingerprint fingerprint;
  bool split = false;  // split the table as the config says, whatever table it is
};

// NULL, a number that is not finite, or a text of blanks: no user, no item.
bool is_no_value(const Column& values, size_t i);

// Throws a data Error for a candidate without an id.
void check_ids(const CodedColumn& ids);

// Numbers a column's values by known ids, and values that are not among them from known.size() on, in order
// of first appearance. What is_no_value() is unknown_index.
std::vector<uint32_t> number_by_known(const CodedColumn& column, std::span<const std::string> known);

// Sets users, user_of_row, and where queries tell their users user_of_query. `known` may be null.
void read_users(const CodedColumn& users, const KnownData* known, bool query_tells_user, Dataset& data);

// Sets `interactions`, and where queries tell their users `seen`. `times` has the time of each training row;
// empty: it is not known.
void find_interactions(std::vector<double> times, Dataset& data);

// Mixes a column's value in the first row of each distinct query into the query's key. A time has the same
// key in whatever form a table writes it: `times` is the form where the column is read as times.
void add_to_keys(const CodedColumn& column, const std::optional<TimeForm>& times,
                 const std::vector<uint32_t>& first, std::vector<uint64_t>& keys);

void add_features(const FeatureMap& features, DataFingerprint& fingerprint);
void add_split(const Split& split, DataFingerprint& fingerprint);

}  // namespace shortlist
