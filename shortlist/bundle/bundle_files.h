// The files that a bundle consists of. To add one, add its name, what needs it, and its two functions to the
// list in bundle_files.cc. The files of a kind of retriever are the kind's own: retriever_files.h.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_folder.h"
#include "shortlist/io/safetensors.h"

namespace shortlist {

// A file of a bundle that is being written. A bundle for which nothing is written does not have the file.
class NewFile {
 public:
  NewFile(BundleWriter& writer, std::string name) : writer_(writer), name_(std::move(name)) {}

  void text(std::string_view content);
  void json(const nlohmann::json& content);
  void tensors(const std::vector<TensorView>& tensors, const Metadata& metadata = {});

 private:
  std::string path() const { return writer_.path(name_); }
  BundleWriter& writer_;
  std::string name_;
};

// A file of a bundle, read whole; its checksum has been verified.
struct ListedContent {
  std::string path;  // for messages
  FileBytes bytes;

  std::string text() const { return std::string(bytes.text()); }
  nlohmann::json json() const;
  SafetensorsFile tensors() { return SafetensorsFile::parse(std::move(bytes), path); }
};

struct BundleFile {
  const char* name;
  // Whether this bundle must have it; bundle.format and the files before it in the list have been read.
  bool (*required)(const Bundle& bundle);
  void (*write)(const BundleContent& content, NewFile file);  // none: it is among the extras
  // What it throws becomes a data Error that names the file.
  void (*read)(ListedContent file, Bundle& bundle);
};

// In the order in which they are read.
std::span<const BundleFile> bundle_files();

}  // namespace shortlist
