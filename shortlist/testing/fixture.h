// For tests only: cases computed by TensorFlow, and the tolerance for comparing with them. The files are
// written by tests/parity/fixture.py, which documents their contents.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "shortlist/io/safetensors.h"
#include "shortlist/io/toml.h"

namespace shortlist {

struct FixtureCase {
  std::shared_ptr<const SafetensorsFile> file;
  std::string name;
  Value settings;

  const TensorView* find(const std::string& tensor) const { return file->find(name + "/" + tensor); }
  const TensorView& at(const std::string& tensor) const {
    const TensorView* found = find(tensor);
    if (found == nullptr) throw data_error("the case '{}' has no tensor '{}'", name, tensor);
    return *found;
  }
  std::span<const float> floats(const std::string& tensor) const { return at(tensor).floats(); }
  float number(const std::string& tensor) const { return floats(tensor)[0]; }
  template <typename To = int32_t>
  std::vector<To> integers(const std::string& tensor) const {
    const auto values = at(tensor).values<int32_t>();
    return {values.begin(), values.end()};
  }
};

// The cases in tests/parity/fixtures/NAME.safetensors. Tests run in the repository's root.
inline std::vector<FixtureCase> fixture_cases(const std::string& name) {
  const auto file = std::make_shared<const SafetensorsFile>(
      SafetensorsFile::open("tests/parity/fixtures/" + name + ".safetensors"));
  std::vector<FixtureCase> cases;
  for (const auto& [its_name, settings] : file->metadata())
    cases.push_back({file, its_name, parse_toml(settings, its_name)});
  return cases;
}

constexpr double kParityTolerance = 1e-5;

// The tolerance per element is 1e-5 of its magnitude, or of the mean magnitude of all elements if that is
// larger: the error of a float32 sum depends on the magnitude of its terms, however small the sum is.
inline void expect_parity(std::span<const float> got, std::span<const float> expected,
                          const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  double mean = 0, worst = 0;
  for (float x : expected) mean += std::abs(x) / static_cast<double>(expected.size());
  size_t at = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    const double size = std::max<double>(std::abs(expected[i]), mean);
    const double error = got[i] == expected[i] ? 0 : std::abs(double{got[i]} - expected[i]) / size;
    if (!(error <= worst)) worst = error, at = i;
  }
  EXPECT_LE(worst, kParityTolerance) << what << ", element " << at << ": got " << got[at]
                                     << ", TensorFlow has " << expected[at];
}

}  // namespace shortlist
