// For tests: runs a single layer and compares its gradients with central finite differences.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "shortlist/layers/layer.h"
#include "shortlist/layers/row_parts.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {

using Rows = std::vector<std::vector<float>>;

// A matrix with gaps between its rows, like those of a node inside a concatenation.
class SpacedMatrix {
 public:
  SpacedMatrix(size_t rows, size_t cols)
      : memory_(rows * (cols + kGap)), view_{memory_.data(), rows, cols, cols + kGap} {
    fill(memory_.span(), kGuard);
  }
  operator Matrix() const { return view_; }
  float& operator()(size_t r, size_t c) const { return view_(r, c); }
  size_t size() const { return view_.rows * view_.cols; }
  float& at(size_t i) const { return view_(i / view_.cols, i % view_.cols); }

  void set(const Rows& rows) {
    ASSERT_EQ(rows.size(), view_.rows);
    for (size_t r = 0; r < rows.size(); ++r) copy(rows[r], view_.row_span(r));
  }
  void set(float value) {
    for (size_t i = 0; i < size(); ++i) at(i) = value;
  }
  void set(const RandomStream& stream) {
    for (size_t i = 0; i < size(); ++i) at(i) = static_cast<float>(stream.normal(i));
  }
  Rows rows() const {
    Rows all;
    for (size_t r = 0; r < view_.rows; ++r) all.emplace_back(view_.row(r), view_.row(r) + view_.cols);
    return all;
  }
  // Whether the gaps are unchanged.
  bool gaps_are_intact() const {
    for (size_t r = 0; r < view_.rows; ++r) {
      for (size_t c = 0; c < kGap; ++c) {
        if (view_.row(r)[view_.cols + c] != kGuard) return false;
      }
    }
    return true;
  }

 private:
  static constexpr size_t kGap = 3;
  static constexpr float kGuard = 777;
  Buffer memory_;
  Matrix view_;
};

// As seen by the optimizer.
inline void join_gradient(ParameterState& parameter) {
  if (parameter.spec.gradient_parts == 2)
    add(parameter.second_memory.span(), parameter.gradient_memory.span());
}

// The surroundings of a layer under test.
struct LayerPlace {
  std::vector<int> widths = {};
  size_t rows = 9;
  bool training = true;
  std::vector<float> multiplicity = {};
  FeatureInput feature = {};
  RowMap map = {};
  std::optional<size_t> source_rows = {};  // for layers that read another row set: rows of the input
  std::vector<uint32_t> segments = {};     // offsets of the rows' segments
};

// A layer with its buffers. Inputs and trained parameters are initialised randomly.
class LayerRun {
 public:
  LayerRun(const Layer& layer, const LayerPlace& place, uint64_t seed = 1)
      : layer_(layer),
        place_(place),
        plan_(layer.plan(place_.widths)),
        output(place.rows, width()),
        doutput(place.rows, width()) {
    for (int width : place_.widths) {
      const size_t rows = place_.source_rows.value_or(place_.rows);
      inputs.emplace_back(rows, static_cast<size_t>(width)).set(stream(seed).at(inputs.size()));
      dinputs.emplace_back(rows, static_cast<size_t>(width));
    }
    set_row_set();
    for (const ParameterSpec& spec : plan_.parameters) add_parameter(spec, stream(seed + 100));
    for (int width : plan_.row_buffers) row_memory_.emplace_back(place_.rows, static_cast<size_t>(width));
    for (int width : plan_.part_buffers)
      part_memory_.emplace_back(pass.row_set.parts(), static_cast<size_t>(width));
    for (int size : plan_.batch_buffers) batch_memory_.emplace_back(static_cast<size_t>(size));
    set_pass();
  }

  LayerRun(const Layer&&, const LayerPlace&, uint64_t = 1) = delete;  // the layer must outlive this

  void forward() {
    for (const auto& parameter : parameters) {
      if (!parameter->spec.packed) continue;
      parameter->packed().pack(parameter->value);
      parameter->packed_transposed().pack_transposed(parameter->value);
    }
    if (layer_.traits().prepares) layer_.prepare(pass, scratch_);
    for (size_t i = 0; i < pass.row_set.parts(); ++i) layer_.look_before_forward(pass, i);
    layer_.finish_looking_forward(pass);
    in_chunks(place_.rows, [&](RowRange rows) { layer_.forward(pass, rows, scratch_); });
  }

  // Uses `doutput`; adds to `dinputs` if `add`.
  void backward(bool add = false) {
    add_.assign(inputs.size(), add);
    pass.add = add_;
    relu_inputs_.resize(inputs.size());
    pass.fusion.relu_inputs = relu_inputs_;
    for (size_t i = 0; i < pass.row_set.parts(); ++i) layer_.look_before_backward(pass, i);
    layer_.finish_looking_backward(pass);
    const bool over_source = layer_.traits().input_rows != InputRows::segments;
    in_chunks(over_source ? place_.source_rows.value_or(place_.rows) : place_.rows,
              [&](RowRange range) { layer_.backward(pass, range, scratch_); });
    for (size_t i = 0; i < layer_.gradient_tasks(pass); ++i) layer_.write_gradients(pass, i, scratch_);
    for (const auto& parameter : parameters) join_gradient(*parameter);
  }

  // Disables the gradients of the inputs.
  void drop_dinputs() {
    for (Matrix& dinput : dinput_views_) dinput = Matrix();
  }

  // d loss / d value of the parameter's element i; zero for table rows that the batch did not touch.
  float gradient(size_t parameter, size_t i) const {
    const ParameterState& p = *parameters[parameter];
    const size_t row = i / p.spec.cols, col = i % p.spec.cols;
    if (!p.spec.table) return p.gradient(row, col);
    const auto found = std::find(p.rows.touched.begin(), p.rows.touched.end(), row);
    return found == p.rows.touched.end()
               ? 0
               : p.gradient(static_cast<size_t>(found - p.rows.touched.begin()), col);
  }
  Rows gradient(size_t parameter) const { return rows_of_matrix(parameters[parameter]->gradient); }
  Rows value(size_t parameter) const { return rows_of_matrix(parameters[parameter]->value); }
  void set_value(size_t parameter, const Rows& rows) {
    for (size_t r = 0; r < rows.size(); ++r) copy(rows[r], parameters[parameter]->value.row_span(r));
  }

 private:
  const Layer& layer_;
  LayerPlace place_;
  LayerPlan plan_;

 public:
  Pass pass;
  std::vector<SpacedMatrix> inputs, dinputs;
  SpacedMatrix output, doutput;
  std::vector<std::unique_ptr<ParameterState>> parameters;

 private:
  static RandomStream stream(uint64_t seed) { return RandomStream(seed, "layer run"); }
  size_t width() const { return static_cast<size_t>(plan_.width); }

  static Rows rows_of_matrix(ConstMatrix m) {
    Rows rows;
    for (size_t r = 0; r < m.rows; ++r) rows.emplace_back(m.row(r), m.row(r) + m.cols);
    return rows;
  }

  // Processes a few rows at a time, without splitting a segment.
  template <typename Act>
  void in_chunks(size_t rows, const Act& act) const {
    constexpr size_t kChunk = 4;
    for (size_t begin = 0, end = 0; begin < rows; begin = end) {
      end = std::min(begin + kChunk, rows);
      if (!place_.segments.empty()) end = *std::ranges::lower_bound(place_.segments, end);
      act(RowRange{begin, end});
    }
  }

  void add_parameter(const ParameterSpec& spec, const RandomStream& random) {
    auto& parameter = *parameters.emplace_back(std::make_unique<ParameterState>());
    Buffer& memory = value_memory_.emplace_back(spec.rows, spec.cols);
    parameter.spec = spec;
    parameter.value = memory.view(spec.rows, spec.cols);
    const RandomStream own = random.at(parameters.size());
    for (size_t i = 0; i < memory.size(); ++i) {
      const float x = static_cast<float>(own.normal(i)) / 2;
      memory.data()[i] = spec.trainable ? x : std::abs(x) + 0.5f;  // untrained ones may be variances
    }
    parameter.make_gradient();  // must be overwritten, not added to
    fill(parameter.gradient_memory.span(), std::numeric_limits<float>::quiet_NaN());
    fill(parameter.second_memory.span(), std::numeric_limits<float>::quiet_NaN());
  }

  void set_row_set() {
    cut_rows(place_.rows, place_.segments, cuts_);
    RowSetState& state = pass.row_set;
    state.segments = place_.segments;
    state.cuts = cuts_;
    state.multiplicity = place_.multiplicity;
    state.total_multiplicity = place_.multiplicity.empty() ? static_cast<double>(place_.rows) : 0;
    for (float n : place_.multiplicity) state.total_multiplicity += n;
  }

  void set_pass() {
    for (const SpacedMatrix& m : inputs) input_views_.push_back(Matrix(m));
    for (const SpacedMatrix& m : dinputs) dinput_views_.push_back(m);
    for (size_t i = 0; i < row_memory_.size(); ++i) {
      row_views_.push_back(row_memory_[i].view(place_.rows, static_cast<size_t>(plan_.row_buffers[i])));
    }
    for (size_t i = 0; i < part_memory_.size(); ++i) {
      part_views_.push_back(
          part_memory_[i].view(pass.row_set.parts(), static_cast<size_t>(plan_.part_buffers[i])));
    }
    for (const auto& parameter : parameters) parameter_views_.push_back(parameter.get());
    pass.rows = place_.rows;
    pass.training = place_.training;
    pass.backward_follows = true;
    pass.inputs = input_views_;
    pass.output = output;
    pass.dinputs = dinput_views_;
    pass.doutput = doutput;
    pass.parameters = parameter_views_;
    pass.buffers = {row_views_, part_views_, batch_memory_};
    pass.random_key = 42;
    pass.feature = place_.feature;
    pass.map = place_.map;
  }

  std::vector<Buffer> value_memory_, row_memory_, part_memory_, batch_memory_;
  std::vector<ConstMatrix> input_views_;
  std::vector<Matrix> dinput_views_, row_views_, part_views_;
  std::vector<ParameterState*> parameter_views_;
  std::vector<uint8_t> add_, relu_inputs_;
  std::vector<size_t> cuts_;
  Scratch scratch_;
};

class GradientCheck {
 public:
  GradientCheck(const Layer& layer, const LayerPlace& place, uint64_t seed = 1)
      : run_(layer, place, seed), weights_(place.rows, Matrix(run_.output).cols) {
    weights_.set(RandomStream(seed, "loss"));
  }

  // Checks the gradient of the loss sum(weight y) with respect to every element of every input and parameter.
  void expect_gradients_match() {
    constexpr float kBefore = 0.5f;
    run_backward(std::numeric_limits<float>::quiet_NaN(), false);
    const std::vector<Rows> written = dinputs();
    for (size_t p = 0; p < run_.parameters.size(); ++p) expect_parameter(p);
    run_backward(kBefore, true);
    for (size_t i = 0; i < run_.inputs.size(); ++i) expect_input(i, written[i], kBefore);
    EXPECT_TRUE(run_.output.gaps_are_intact() && run_.doutput.gaps_are_intact());
  }

 private:
  void run_backward(float before, bool add) {
    for (SpacedMatrix& dinput : run_.dinputs) dinput.set(before);
    run_.forward();
    run_.doutput.set(weights_.rows());
    run_.backward(add);
  }
  std::vector<Rows> dinputs() const {
    std::vector<Rows> all;
    for (const SpacedMatrix& dinput : run_.dinputs) all.push_back(dinput.rows());
    return all;
  }

  double loss() {
    run_.forward();
    double total = 0;
    for (size_t i = 0; i < weights_.size(); ++i)
      total += static_cast<double>(weights_.at(i)) * run_.output.at(i);
    return total;
  }

  double slope(float& x) {
    // Small enough that no ReLU of these seeds changes sign within a step, and large enough for float32's
    // rounding.
    constexpr float kStep = 1.0f / 1024;
    const float middle = x, above = middle + kStep, below = middle - kStep;
    x = above;
    const double high = loss();
    x = below;
    const double low = loss();
    x = middle;
    return (high - low) / (static_cast<double>(above) - below);
  }

  static void expect_close(double got, double expected) {
    EXPECT_NEAR(got, expected, 2e-3 * std::max(1.0, std::abs(expected)));
  }

  void expect_parameter(size_t p) {
    ParameterState& parameter = *run_.parameters[p];
    if (!parameter.spec.trainable) return;
    std::vector<float> gradient;
    for (size_t i = 0; i < parameter.spec.rows * parameter.spec.cols; ++i)
      gradient.push_back(run_.gradient(p, i));
    for (size_t i = 0; i < gradient.size(); ++i) {
      SCOPED_TRACE(fmt::format("{}, element {}", parameter.spec.name, i));
      expect_close(gradient[i], slope(parameter.value.data[i]));
    }
  }

  void expect_input(size_t i, const Rows& written, float before) {
    const Rows added = run_.dinputs[i].rows();
    EXPECT_TRUE(run_.dinputs[i].gaps_are_intact());
    const size_t cols = Matrix(run_.inputs[i]).cols;
    for (size_t e = 0; e < run_.inputs[i].size(); ++e) {
      SCOPED_TRACE(fmt::format("input {}, element {}", i, e));
      const double expected = slope(run_.inputs[i].at(e));
      expect_close(written[e / cols][e % cols], expected);
      expect_close(added[e / cols][e % cols] - before, expected);
    }
  }

  LayerRun run_;
  SpacedMatrix weights_;
};

inline void expect_gradients_match(const Layer& layer, const LayerPlace& place, uint64_t seed = 1) {
  GradientCheck(layer, place, seed).expect_gradients_match();
}

// Runs the check at row counts around the sizes of vectors and chunks.
inline void expect_gradients_match_at_odd_sizes(const Layer& layer, LayerPlace place) {
  for (size_t rows : {0, 1, 7, 8, 9}) {
    SCOPED_TRACE(fmt::format("{} rows", rows));
    place.rows = rows;
    expect_gradients_match(layer, place, rows + 1);
  }
}

inline std::string plan_error(const Layer& layer, const std::vector<int>& widths) {
  try {
    layer.plan(widths);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

}  // namespace shortlist
