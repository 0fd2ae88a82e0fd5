// Small functions that several commands share.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "shortlist/base/standard_streams.h"
#include "shortlist/base/value.h"
#include "shortlist/recommend/recommender.h"

namespace shortlist {

// Parses {"genre=Action, Comedy"} as a record. Throws Error(usage) with the expected form, also for a column
// given twice.
Record parse_record(const char* flag, const std::vector<std::string>& texts);

// The float's shortest decimal digits as a double: 0.1f gives 0.1.
double short_double(float value);

// "predicted_Feedback"
std::string predicted_column(const std::string& label);

// A record as a JSON object.
Value record_value(const Record& record);

// The item's attributes as a JSON object.
Value attributes_value(const Recommender& recommender, uint32_t item);

// The members "rank", "id" and, if the model has items.display, "display" of an item's JSON object.
Value::Table id_value(const Recommender& recommender, uint32_t item, size_t rank);

// Quotes an argument for a shell.
std::string shell_quoted(const std::string& argument);

template <typename... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  write_message(fmt::format(format, std::forward<Args>(args)...) + "\n");
}

// Writes to standard output. Throws Error(failed) on a write error.
void print_data(const std::string& text);

}  // namespace shortlist
