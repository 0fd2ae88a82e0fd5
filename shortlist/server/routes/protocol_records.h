// Code that the two foreign protocols share: tensors to records, answers as columns, and routes.
#pragma once

#include <string>
#include <vector>

#include "shortlist/base/value.h"
#include "shortlist/server/routes/route.h"

namespace shortlist {

// Converts columns, with one value per row, to records: {"type": ["TV", "OVA"]} becomes [{"type": "TV"},
// {"type": "OVA"}]. Throws a 400 Problem if columns differ in length or there are no rows.
std::vector<Value> to_records(const std::vector<std::pair<std::string, Value::Array>>& columns);

// The best k items of each record by score, best first. Each row has exactly k, so that the answer is a
// matrix. Throws a 400 Problem if fewer than k items are available, or if there are more records than the
// limit.
struct BestItems {
  std::vector<std::vector<Recommendation>> rows;
};
BestItems best_items(const Call& call, const std::vector<Value>& records, int k);

// The predicted labels of records that contain a query's columns and the item's id. [row][label]
std::vector<std::vector<float>> predict_records(const Call& call, const std::vector<Value>& records);
// Whether such records name an item.
bool names_items(const ServedModel& model, const std::vector<Value>& records);

// Adds a route of a protocol that reports errors in its own format. `request` is the schema of the body.
void add_protocol_route(Routes& routes, const char* method, std::string path, std::string operation,
                        const char* summary, const char* request, Handler handler);
// Wraps the handler of a path whose second parameter is a version, of which only the served one exists.
// `absent` is the message for another version: its two {} become the model's name and the version.
Handler of_version(Handler handler, const char* absent);

}  // namespace shortlist
