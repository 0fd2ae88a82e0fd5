// What the two foreign protocols share: tensors to records, answers as columns, and routes.
#pragma once

#include <string>
#include <vector>

#include "shortlist/base/value.h"
#include "shortlist/server/routes/route.h"

namespace shortlist {

// A column of values by name, one a row, as records: {"type": ["TV", "OVA"]} is [{"type": "TV"}, {"type":
// "OVA"}]. Throws a 400 Problem when columns differ in length or there is no row.
std::vector<Value> to_records(const std::vector<std::pair<std::string, Value::Array>>& columns);

// The best k items of each record by score, best first, k fixed so that the answer is a matrix. Throws a 400
// Problem when fewer than k can be had, or there are more records than the limit.
struct BestItems {
  std::vector<std::vector<Recommendation>> rows;
};
BestItems best_items(const Call& call, const std::vector<Value>& records, int k);

// The predicted labels of records that hold a query's columns and the item's id. [row][label]
std::vector<std::vector<float>> predict_records(const Call& call, const std::vector<Value>& records);
// Whether such records name an item.
bool names_items(const ServedModel& model, const std::vector<Value>& records);

// Adds a route of a protocol that tells errors in its own way; `request` names the schema of what is posted.
void add_protocol_route(Routes& routes, const char* method, std::string path, std::string operation,
                        const char* summary, const char* request, Handler handler);
// A handler of a path whose second parameter is a version: only the one that is served is there. The
// problem's words are `absent`, with the model's name and the version in the place of its two {}.
Handler of_version(Handler handler, const char* absent);

}  // namespace shortlist
