// One page about a training run: self-contained HTML without scripts, which can be mailed or stored next to a
// model.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shortlist/metrics/history.h"

namespace shortlist {

struct ReportTable {
  std::string title;  // empty: no heading
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;  // each row has as many cells as headers
  std::vector<std::string> sentences;          // shown above the table
  // Less important rows, collapsed under their own heading, such as "5 figures as Keras counts them".
  std::string folded_title = {};
  std::vector<std::vector<std::string>> folded_rows = {};
};

// All fields are plain text. Empty fields are not shown.
struct ReportPage {
  std::string title;     // the model's name
  std::string subtitle;  // what the page is about
  std::vector<std::pair<std::string, std::string>>
      facts;  // date and key facts: {"trained", "2024-05-01 12:00 UTC"}
  History history;
  int kept_epoch = 0;  // marked in the curves and in the table; 0: none
  std::vector<ReportTable> evaluation;
  std::string model_summary;  // shown verbatim in a fixed-width font
  std::string graph_svg;      // from graph_to_svg(); the only field that is not escaped
  std::string config;         // shown verbatim
};

std::string to_html(const ReportPage& page);

}  // namespace shortlist
