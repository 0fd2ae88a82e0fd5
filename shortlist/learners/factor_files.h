// Tensors of factors in a bundle's files.
#pragma once

#include <list>
#include <string>
#include <vector>

#include "shortlist/factors/factor_table.h"
#include "shortlist/retrieval/retriever_files.h"

namespace shortlist {

// Collects tensors and writes them as one file. What is added must outlive it, except for tables.
class FactorTensors {
 public:
  // F32 [rows, factors]
  void add(const std::string& name, const FactorTable& table);
  template <typename T>
  void add(const std::string& name, const std::vector<T>& values) {
    tensors_.push_back(tensor_view<T>(name, {values.size()}, values));
  }
  void save(const std::string& file, RetrieverWriter& files) const { files.add_tensors(file, tensors_); }

 private:
  std::vector<TensorView> tensors_;
  std::list<std::vector<float>> copies_;  // without the padding
};

// Reads them. Each throws a data Error that names the tensor if it does not have this shape, or if a value is
// not finite.
FactorTable read_factors(const SafetensorsFile& file, const std::string& name, size_t rows, size_t factors);
std::vector<float> read_floats(const SafetensorsFile& file, const std::string& name, size_t count);
std::vector<double> read_doubles(const SafetensorsFile& file, const std::string& name, size_t count);
// The width of a tensor [rows, width] with at least one column.
size_t read_width(const SafetensorsFile& file, const std::string& name, size_t rows);
// The number of rows of a tensor [any, factors], or 0 if there is no such tensor.
size_t read_rows(const SafetensorsFile& file, const std::string& name);

}  // namespace shortlist
