// The fingerprints of a dataset, and the numbering of its items and users by those that a model was trained
// on.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shortlist/features/feature_map.h"
#include "shortlist/features/time_form.h"
#include "shortlist/interactions/user_ratings.h"
#include "shortlist/table/coded_column.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// The data that a model was trained on. Items and users of another table get the same numbers.
struct KnownData {
  std::span<const std::string> items, users;  // their ids
  DataFingerprint fingerprint;
  bool split = false;                    // split the table as in the config, even if it is another table
  const UserRatings* ratings = nullptr;  // what the users took; needed for histories
};

// Whether the value is missing as a user or an item: NULL, a number that is not finite, or blank text.
bool is_no_value(const Column& values, size_t i);

// Throws a data Error for a candidate without an id.
void check_ids(const CodedColumn& ids);

// Numbers a column's values by known ids. Other values get numbers from known.size() on, in order of first
// appearance. is_no_value() maps to unknown_index.
std::vector<uint32_t> number_by_known(const CodedColumn& column, std::span<const std::string> known);

// Sets users and user_of_row, and user_of_query if queries contain the user. `known` may be null.
void read_users(const CodedColumn& users, const KnownData* known, bool query_has_user, Dataset& data);

// Sets `interactions`, and `seen` if queries contain the user. `times` is the time of each row, or empty if
// it is unknown.
void find_interactions(std::span<const double> times, Dataset& data);

// Mixes a column's value in the first row of each distinct query into the query's key. The key of a time does
// not depend on its format: `times` is the column's time form if the column is read as times.
void add_to_keys(const CodedColumn& column, const std::optional<TimeForm>& times,
                 const std::vector<uint32_t>& first, std::vector<uint64_t>& keys);

void add_features(const FeatureMap& features, DataFingerprint& fingerprint);
void add_split(const Split& split, DataFingerprint& fingerprint);

}  // namespace shortlist
