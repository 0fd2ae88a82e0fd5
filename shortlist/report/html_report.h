// One page that shows a training run: self-contained HTML, without scripts, that can be mailed or kept beside
// a model.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shortlist/metrics/history.h"

namespace shortlist {

struct ReportTable {
  std::string title;  // empty: no heading of its own
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;  // as many cells as headers
  std::vector<std::string> sentences;          // are shown above the table
  // Rows of less interest, folded away under their own heading, such as "5 figures as Keras counts them".
  std::string folded_title = {};
  std::vector<std::vector<std::string>> folded_rows = {};
};

// Plain text everywhere; what is empty is left out.
struct ReportPage {
  std::string title;     // the model's name
  std::string subtitle;  // what the page is
  std::vector<std::pair<std::string, std::string>>
      facts;  // when and what: {"trained", "2024-05-01 12:00 UTC"}
  History history;
  int kept_epoch = 0;  // is marked in the curves and in the table; 0: none
  std::vector<ReportTable> evaluation;
  std::string model_summary;  // set as it is, in a fixed-width font
  std::string graph_svg;      // from graph_to_svg; the only part that is not escaped
  std::string config;         // set as it is
};

std::string to_html(const ReportPage& page);

}  // namespace shortlist
