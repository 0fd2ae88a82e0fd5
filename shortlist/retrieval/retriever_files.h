// Writes and reads the files of a retriever in a bundle.
#pragma once

#include <string>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/io/safetensors.h"

namespace shortlist {

class RetrieverWriter {
 public:
  virtual ~RetrieverWriter() = default;
  // Calls `write` with the path to which it must write the file with this name.
  virtual void add(const std::string& name, FunctionRef<void(const std::string& path)> write) = 0;
  void add_tensors(const std::string& name, const std::vector<TensorView>& tensors);
};

// A file whose checksum has been verified.
struct StoredFile {
  std::string path;  // for messages
  FileBytes bytes;

  SafetensorsFile tensors() { return SafetensorsFile::parse(std::move(bytes), path); }
};

class RetrieverReader {
 public:
  virtual ~RetrieverReader() = default;
  // Errors thrown by `read` become data Errors that name the file. Throws a data Error if the bundle does not
  // list the file or it is damaged.
  virtual void read(const std::string& name, FunctionRef<void(StoredFile file)> read) = 0;
};

}  // namespace shortlist
