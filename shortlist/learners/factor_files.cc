#include "shortlist/learners/factor_files.h"

#include <algorithm>
#include <cmath>

#include "shortlist/math/finite.h"

namespace shortlist {

void FactorTensors::add(const std::string& name, const FactorTable& table) {
  std::vector<float>& values = copies_.emplace_back();
  values.reserve(table.rows() * table.factors());
  for (size_t r = 0; r < table.rows(); ++r)
    values.insert(values.end(), table.row(r), table.row(r) + table.factors());
  tensors_.push_back(tensor_view<float>(name, {table.rows(), table.factors()}, values));
}

FactorTable read_factors(const SafetensorsFile& file, const std::string& name, size_t rows, size_t factors) {
  const size_t shape[] = {rows, factors};
  const auto values = file.need(name, DType::F32, shape).floats();
  if (!all_finite(values)) throw data_error("tensor '{}' has a value that is not finite", name);
  FactorTable table(rows, factors);
  for (size_t r = 0; r < rows; ++r) std::ranges::copy(values.subspan(r * factors, factors), table.row(r));
  return table;
}

std::vector<float> read_floats(const SafetensorsFile& file, const std::string& name, size_t count) {
  const size_t shape[] = {count};
  const auto values = file.need(name, DType::F32, shape).floats();
  if (!all_finite(values)) throw data_error("tensor '{}' has a value that is not finite", name);
  return {values.begin(), values.end()};
}

std::vector<double> read_doubles(const SafetensorsFile& file, const std::string& name, size_t count) {
  const size_t shape[] = {count};
  const auto values = file.need(name, DType::F64, shape).values<double>();
  if (!std::ranges::all_of(values, [](double value) { return std::isfinite(value); }))
    throw data_error("tensor '{}' has a value that is not finite", name);
  return {values.begin(), values.end()};
}

size_t read_width(const SafetensorsFile& file, const std::string& name, size_t rows) {
  const TensorView* tensor = file.find(name);
  const bool has_width = tensor != nullptr && tensor->shape.size() == 2 && tensor->shape[1] > 0;
  const size_t shape[] = {rows, has_width ? tensor->shape[1] : 1};
  file.need(name, DType::F32, shape);
  return shape[1];
}

size_t read_rows(const SafetensorsFile& file, const std::string& name) {
  const TensorView* tensor = file.find(name);
  return tensor == nullptr || tensor->shape.empty() ? 0 : tensor->shape[0];
}

}  // namespace shortlist
