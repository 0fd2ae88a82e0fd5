#include "shortlist/interop/tensorboard/projector.h"

#include <fmt/format.h>

#include <iterator>

#include "shortlist/io/file.h"

namespace shortlist {
namespace {

void write_vectors(const std::string& path, ConstMatrix vectors) {
  AtomicFile file(path);
  std::string line;
  for (size_t r = 0; r < vectors.rows; ++r) {
    line.clear();
    for (size_t c = 0; c < vectors.cols; ++c) {
      fmt::format_to(std::back_inserter(line), "{}{}", c > 0 ? "\t" : "", vectors(r, c));
    }
    file.write(line + "\n");
  }
  file.commit();
}

std::string tsv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += '\t';
    for (const char c : cells[i]) line += c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
  }
  if (line.find_first_not_of(" \t") == line.npos) line.insert(0, "(empty)");
  return line + "\n";
}

// The projector expects no header for one column, and a header for several.
void write_labels(const std::string& path, const ProjectorLabels& labels) {
  AtomicFile file(path);
  if (labels.columns.size() > 1) file.write(tsv_line(labels.columns));
  for (const std::vector<std::string>& row : labels.rows) {
    SHORTLIST_CHECK(row.size() == labels.columns.size());
    file.write(tsv_line(row));
  }
  file.commit();
}

}  // namespace

void write_projector(const std::string& folder, const std::string& name, ConstMatrix vectors,
                     const ProjectorLabels& labels) {
  SHORTLIST_CHECK(!labels.columns.empty() && labels.rows.size() == vectors.rows);
  SHORTLIST_CHECK(name.find_first_of("/\"\\\n") == name.npos && name != "metadata");
  make_directories(folder);
  write_vectors(folder + "/" + name + ".tsv", vectors);
  write_labels(folder + "/metadata.tsv", labels);
  write_file_atomically(folder + "/projector_config.pbtxt",
                        fmt::format("embeddings {{\n  tensor_name: \"{0}\"\n  tensor_path: \"{0}.tsv\"\n"
                                    "  metadata_path: \"metadata.tsv\"\n  tensor_shape: {1}\n"
                                    "  tensor_shape: {2}\n}}\n",
                                    name, vectors.rows, vectors.cols));
}

}  // namespace shortlist
