// The list of files in a bundle. To add one, add its name, its condition, and its two functions to the list
// in bundle_files.cc. Files of a retriever kind are handled by the kind itself: retriever_files.h.
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

// A file of a bundle that is being written. If nothing is written, the bundle does not have the file.
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

// The content of a listed file. Its checksum has been verified.
struct ListedContent {
  std::string path;  // for messages
  FileBytes bytes;

  std::string text() const { return std::string(bytes.text()); }
  nlohmann::json json() const;
  SafetensorsFile tensors() { return SafetensorsFile::parse(std::move(bytes), path); }
};

struct BundleFile {
  const char* name;
  // Whether this bundle must have the file. bundle.format and the earlier files of the list have been read.
  bool (*required)(const Bundle& bundle);
  void (*write)(const BundleContent& content, NewFile file);  // null: the file is one of the extras
  // Errors it throws become data Errors that name the file.
  void (*read)(ListedContent file, Bundle& bundle);
  const char* earlier_name = nullptr;  // its name in bundles of earlier versions, if it had another
};

// In the order in which they are read.
std::span<const BundleFile> bundle_files();

// The labels that evaluation measures, in the order of the baselines: those of the rankings, after that of a
// kind that predicts one itself.
std::vector<AnswerSpec::Label> measured_labels(const Config& config);

}  // namespace shortlist
