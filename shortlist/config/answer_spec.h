// What answering queries reads of a config. resolve_answers() computes it once, when a bundle is loaded.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "shortlist/config/recommend_config.h"
#include "shortlist/losses/loss.h"

namespace shortlist {

struct AnswerSpec {
  std::string kind;                           // the kind of model
  std::vector<std::string> query, candidate;  // names of the towers' features
  std::string user;                           // the user's column, or ""
  bool query_has_user = false;                // `user` is a column of the query
  std::string display;                        // the attribute that people know an item by, or ""
  struct Label {
    std::string name;
    Prediction prediction = Prediction::label;
  };
  std::vector<Label> labels;  // what the ranking tasks predict
  RecommendConfig lists;
  // By column: what separates the elements of a list in a text, where a categories feature declares it.
  std::map<std::string, std::string> separators;
};

}  // namespace shortlist
