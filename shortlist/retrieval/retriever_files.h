// The files of a retriever in a bundle: where it puts them, and where it finds them.
#pragma once

#include <string>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/io/safetensors.h"

namespace shortlist {

class RetrieverWriter {
 public:
  virtual ~RetrieverWriter() = default;
  // Calls `write` with the path where it has to write the file of this name.
  virtual void add(const std::string& name, FunctionRef<void(const std::string& path)> write) = 0;
  void add_tensors(const std::string& name, const std::vector<TensorView>& tensors);
};

// A file whose bytes have been verified.
struct StoredFile {
  std::string path;  // for messages
  FileBytes bytes;

  SafetensorsFile tensors() { return SafetensorsFile::parse(std::move(bytes), path); }
};

class RetrieverReader {
 public:
  virtual ~RetrieverReader() = default;
  // What `read` throws becomes a data Error that names the file. Throws a data Error if the bundle does not
  // list the file, or it is damaged.
  virtual void read(const std::string& name, FunctionRef<void(StoredFile file)> read) = 0;
};

}  // namespace shortlist
