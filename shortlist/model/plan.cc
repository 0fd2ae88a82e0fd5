#include "shortlist/model/plan.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "shortlist/base/phase_clock.h"
#include "shortlist/layers/combine.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

// Domains of a spec, and the rows of a batch one by one.
enum RowSet : size_t { kQueries, kCandidates, kPairs, kRows, kRowSets };

RowSet row_set(Domain domain) { return static_cast<RowSet>(domain); }

// From one row of a buffer to the next. Long rows begin on a cache line, but not a multiple of 1 KiB apart,
// else the elements of a column, which the products of gradients read, fall on a few sets of the first cache
// and push each other out.
size_t row_stride(size_t width) {
  constexpr size_t kLine = 16;
  if (width < 64) return width;
  const size_t whole = (width + kLine - 1) / kLine * kLine;
  return whole % 64 == 0 ? whole + kLine : whole;
}

struct PlanNode {
  std::string name;
  LayerPtr layer;
  std::vector<int> inputs;  // positions in the plan
  RowSet rows = kQueries;
  bool given = false, output = false, wants_gradient = false;
  bool is_row_map = false;  // copies rows of another row set
  LayerPlan plan;
  std::vector<ParameterState*> parameters;
  int feature = -1;
  RandomStream random{0, ""};
  // A node that only feeds a concatenation lies inside of it.
  int inside = -1;
  size_t inside_column = 0;
  // The node whose output's, and gradient's, memory this one's lies in; -1: its own.
  int output_in = -1, gradient_in = -1;
  // A node that only feeds a gather lies in its place, in batches that show each of its rows once and in
  // order.
  int gathered_by = -1;
  bool in_place = false;

  Buffer output_memory, gradient_memory;
  std::vector<Buffer> row_memory, part_memory, batch_memory;
  size_t capacity = 0;
  std::vector<ConstMatrix> input_views;
  std::vector<Matrix> dinput_views, row_views, part_views;
  std::vector<uint8_t> add, relu_inputs;
  Pass pass;
};

// What a layer does in a step, for profiles.
enum Part : size_t { kForward, kBackward, kGradient, kParts };
constexpr const char* kPartNames[kParts] = {"forward", "backward", "gradient"};

size_t phase_of(int node, Part part) { return static_cast<size_t>(node) * kParts + part; }

// A node's forward or backward, or its look at the rows before that.
struct Step {
  int node;
  bool look;
};
// Steps over one row set that a task runs one after another over a part of its rows.
struct Segment {
  RowSet rows;
  std::vector<Step> steps;
};
// Segments that do not depend on each other.
struct Wave {
  std::vector<Segment> segments;

  Segment& segment(RowSet rows) {
    for (Segment& segment : segments) {
      if (segment.rows == rows) return segment;
    }
    return segments.emplace_back(Segment{rows, {}});
  }
};

// A part of a segment's rows, or one of the tasks that write a node's gradients.
struct Task {
  int segment = -1, node = -1;
  size_t index = 0;
};

void place(std::vector<Wave>& waves, size_t wave, RowSet rows, Step step) {
  if (waves.size() <= wave) waves.resize(wave + 1);
  waves[wave].segment(rows).steps.push_back(step);
}

}  // namespace

struct Plan::State {
  State(const ModelSpec& model, Parameters& parameters, PlanOptions plan_options)
      : spec(model), options(std::move(plan_options)), position(spec.nodes.size(), -1) {
    const std::vector<bool> needed = needed_nodes();
    for (size_t i = 0; i < spec.nodes.size(); ++i) {
      if (needed[i]) add_node(static_cast<int>(i), parameters);
    }
    for (int output : options.outputs) node(output).output = true;
    nest_in_concatenations();
    find_gathered();
    leave_relus();
    share_memory();
    set_views();
    plan_forward();
    if (options.backward) plan_backward();
  }

  bool is_given(int n) const { return std::ranges::find(options.given, n) != options.given.end(); }
  PlanNode& node(int spec_node) {
    const int at = position[static_cast<size_t>(spec_node)];
    SHORTLIST_CHECK(at >= 0);
    return nodes[static_cast<size_t>(at)];
  }

  std::vector<bool> needed_nodes() const {
    std::vector<bool> needed(spec.nodes.size());
    for (int output : options.outputs) needed[static_cast<size_t>(output)] = true;
    // Also where nothing reads them: give() has to find them.
    for (int given : options.given) needed[static_cast<size_t>(given)] = true;
    for (size_t i = spec.nodes.size(); i-- > 0;) {
      if (!needed[i] || is_given(static_cast<int>(i))) continue;
      for (int input : spec.nodes[i].inputs) needed[static_cast<size_t>(input)] = true;
    }
    return needed;
  }

  void add_node(int n, Parameters& parameters) {
    const Node& from = spec.at(n);
    PlanNode to{.name = from.name, .layer = from.layer, .rows = row_set(from.domain), .given = is_given(n)};
    to.feature = from.feature;
    to.random = RandomStream(0, from.name);
    to.plan = from.layer->plan(spec.widths(from.inputs));
    if (!to.given) {
      for (int input : from.inputs) to.inputs.push_back(position[static_cast<size_t>(input)]);
      const auto own = parameters.of(static_cast<size_t>(n));
      to.parameters.assign(own.begin(), own.end());
    }
    to.is_row_map = dynamic_cast<const Gather*>(from.layer.get()) != nullptr;
    if (to.rows == kPairs) tell_copies_apart(to);
    position[static_cast<size_t>(n)] = static_cast<int>(nodes.size());
    nodes.push_back(std::move(to));
  }

  // From the first layer that tells copies of a pair apart, all that follows has a row for each row of the
  // batch.
  void tell_copies_apart(PlanNode& to) {
    const bool tells = options.backward && options.training_layers_active && to.layer->tells_copies_apart();
    bool apart = false;
    for (int input : to.inputs) apart = apart || nodes[static_cast<size_t>(input)].rows == kRows;
    if (!apart && !tells) return;
    to.rows = kRows;
    if (!apart) {
      to.is_row_map = true;  // makes the copies itself
      return;
    }
    for (int& input : to.inputs) {
      if (nodes[static_cast<size_t>(input)].rows == kPairs) input = row_copy(input);
    }
  }

  int row_copy(int pair_node) {
    const PlanNode& from = nodes[static_cast<size_t>(pair_node)];
    const std::string name = from.name + "/rows";
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].name == name) return static_cast<int>(i);
    }
    PlanNode copy{.name = name, .layer = std::make_shared<Gather>(), .inputs = {pair_node}, .rows = kRows};
    copy.is_row_map = true;
    copy.plan = copy.layer->plan(std::vector<int>{from.plan.width});
    nodes.push_back(std::move(copy));
    return static_cast<int>(nodes.size()) - 1;
  }

  std::vector<int> consumers(int n) const {
    std::vector<int> found;
    for (size_t i = 0; i < nodes.size(); ++i) {
      for (int input : nodes[i].inputs) {
        if (input == n) found.push_back(static_cast<int>(i));
      }
    }
    return found;
  }

  void nest_in_concatenations() {
    for (size_t i = 0; i < nodes.size(); ++i) {
      const std::vector<int> by = consumers(static_cast<int>(i));
      if (by.size() != 1 || nodes[i].output || nodes[i].given) continue;
      const PlanNode& concat = nodes[static_cast<size_t>(by[0])];
      if (concat.layer->kind() != "concat" || concat.rows != nodes[i].rows) continue;
      nodes[i].inside = by[0];
      for (int input : concat.inputs) {
        if (input == static_cast<int>(i)) break;
        nodes[i].inside_column += static_cast<size_t>(nodes[static_cast<size_t>(input)].plan.width);
      }
    }
  }

  void find_gathered() {
    for (size_t i = 0; i < nodes.size(); ++i) {
      const std::vector<int> by = consumers(static_cast<int>(i));
      if (by.size() != 1 || nodes[i].output || nodes[i].given) continue;
      if (nodes[static_cast<size_t>(by[0])].layer->kind() == "gather") nodes[i].gathered_by = by[0];
    }
  }

  // A ReLU's gradient goes into the passes of the only layer that reads it, if that can.
  void leave_relus() {
    for (PlanNode& n : nodes) n.relu_inputs.assign(n.inputs.size(), 0);
    for (size_t i = 0; i < nodes.size(); ++i) {
      const std::vector<int> by = consumers(static_cast<int>(i));
      if (!nodes[i].layer->ends_in_relu() || by.size() != 1 || nodes[i].output || nodes[i].given) continue;
      PlanNode& after = nodes[static_cast<size_t>(by[0])];
      if (!after.layer->heeds_relu_inputs()) continue;
      nodes[i].pass.relu_left = true;
      for (size_t input = 0; input < after.inputs.size(); ++input) {
        if (after.inputs[input] == static_cast<int>(i)) after.relu_inputs[input] = 1;
      }
    }
  }

  // A layer works in place where nobody else wants what it writes over.
  void share_memory() {
    for (size_t i = 0; i < nodes.size(); ++i) {
      const std::vector<int> by = consumers(static_cast<int>(i));
      PlanNode& n = nodes[i];
      if (by.size() != 1 || n.output || n.given || n.inside >= 0 || n.gathered_by >= 0) continue;
      const PlanNode& after = nodes[static_cast<size_t>(by[0])];
      if (after.inputs.size() != 1 || after.inside >= 0 || after.is_row_map) continue;
      if (after.layer->forward_in_place() && !(options.backward && n.layer->keeps_output()))
        n.output_in = by[0];
      if (after.layer->backward_in_place()) n.gradient_in = by[0];
    }
  }

  static Matrix make_view(Buffer& memory, size_t rows, size_t width) {
    memory.reserve(rows * row_stride(width));
    return memory.view(rows, width, row_stride(width));
  }
  static void make_views(std::vector<Buffer>& memory, size_t rows, const std::vector<int>& widths,
                         std::vector<Matrix>& views) {
    memory.resize(widths.size());
    views.clear();
    for (size_t i = 0; i < widths.size(); ++i)
      views.push_back(make_view(memory[i], rows, static_cast<size_t>(widths[i])));
  }

  // Points every pass to buffers of the present capacity; again after one has grown.
  void set_views() {
    for (size_t i = nodes.size(); i-- > 0;) {
      PlanNode& n = nodes[i];
      const size_t width = static_cast<size_t>(n.plan.width);
      if (n.inside >= 0) {
        const PlanNode& concat = nodes[static_cast<size_t>(n.inside)];
        n.pass.output = concat.pass.output.columns(n.inside_column, width);
        if (options.backward) n.pass.doutput = concat.pass.doutput.columns(n.inside_column, width);
      } else if (n.in_place) {
        n.pass.output = nodes[static_cast<size_t>(n.gathered_by)].pass.output;
        n.pass.doutput = nodes[static_cast<size_t>(n.gathered_by)].pass.doutput;
      } else if (!n.given) {
        const auto share_or_make = [&](int with, Matrix Pass::*which, Buffer& memory) {
          if (with >= 0) return nodes[static_cast<size_t>(with)].pass.*which;
          return make_view(memory, n.capacity, width);
        };
        n.pass.output = share_or_make(n.output_in, &Pass::output, n.output_memory);
        if (options.backward)
          n.pass.doutput = share_or_make(n.gradient_in, &Pass::doutput, n.gradient_memory);
      } else if (n.pass.output.data == nullptr) {
        n.pass.output.cols = width;
      }
      make_views(n.row_memory, n.capacity, n.plan.row_buffers, n.row_views);
      make_views(n.part_memory, most_parts(n.capacity), n.plan.part_buffers, n.part_views);
      if (n.batch_memory.empty()) {
        for (int size : n.plan.batch_buffers) n.batch_memory.emplace_back(static_cast<size_t>(size));
      }
    }
    for (PlanNode& n : nodes) {
      n.input_views.clear();
      n.dinput_views.clear();
      for (int input : n.inputs) {
        PlanNode& from = nodes[static_cast<size_t>(input)];
        n.input_views.push_back(from.pass.output);
        n.dinput_views.push_back(from.wants_gradient ? from.pass.doutput : Matrix());
      }
      n.pass.inputs = n.input_views;
      n.pass.dinputs = n.dinput_views;
      n.pass.parameters = n.parameters;
      n.pass.row_buffers = n.row_views;
      n.pass.part_buffers = n.part_views;
      n.pass.batch_buffers = n.batch_memory;
      n.pass.relu_inputs = n.relu_inputs;
      n.pass.backward_follows = options.backward;
    }
  }

  void plan_forward() {
    std::vector<size_t> level(nodes.size());
    for (size_t i = 0; i < nodes.size(); ++i) {
      PlanNode& n = nodes[i];
      if (n.given) continue;
      for (int input : n.inputs) {
        const PlanNode& from = nodes[static_cast<size_t>(input)];
        const bool fresh = from.rows != n.rows && !from.given;
        level[i] = std::max(level[i], level[static_cast<size_t>(input)] + fresh);
      }
      if (n.layer->looks_before_forward())
        place(forward_waves, level[i]++, n.rows, {static_cast<int>(i), true});
      place(forward_waves, level[i], n.rows, {static_cast<int>(i), false});
    }
  }

  // The rows over which a node's backward runs.
  RowSet backward_rows(const PlanNode& n) const {
    return n.is_row_map ? nodes[static_cast<size_t>(n.inputs[0])].rows : n.rows;
  }

  void plan_backward() {
    for (PlanNode& n : nodes) {
      for (const ParameterState* p : n.parameters) n.wants_gradient = n.wants_gradient || p->spec.trainable;
      for (int input : n.inputs)
        n.wants_gradient = n.wants_gradient || nodes[static_cast<size_t>(input)].wants_gradient;
    }
    std::vector<size_t> level(nodes.size());
    for (size_t i = nodes.size(); i-- > 0;) {
      PlanNode& n = nodes[i];
      if (!n.wants_gradient || n.given) continue;
      for (int by : consumers(static_cast<int>(i))) {
        const bool fresh = backward_rows(nodes[static_cast<size_t>(by)]) != backward_rows(n);
        level[i] = std::max(level[i], level[static_cast<size_t>(by)] + fresh);
      }
      if (n.layer->looks_before_backward())
        place(backward_waves, level[i]++, n.rows, {static_cast<int>(i), true});
      place(backward_waves, level[i], backward_rows(n), {static_cast<int>(i), false});
    }
  }

  // The outputs whose gradients nobody wrote have none.
  void clear_gradients_except(const std::vector<int>& written) {
    for (int output : options.outputs) {
      if (std::ranges::find(written, output) != written.end()) continue;
      const Pass& pass = node(output).pass;
      for (size_t r = 0; r < pass.rows; ++r) fill(pass.doutput.row_span(r), 0);
    }
  }

  // Who writes a gradient first does not add; an output's is there from the start. Nodes run backward in the
  // order of the waves, so the flags stay the same.
  void set_add_flags() {
    if (flags_set) return;
    flags_set = true;
    std::vector<bool> has_gradient(nodes.size());
    for (int output : options.outputs) {
      has_gradient[static_cast<size_t>(position[static_cast<size_t>(output)])] = true;
    }
    for (const Wave& wave : backward_waves) {
      for (const Segment& segment : wave.segments) {
        for (const Step& step : segment.steps) {
          if (step.look) continue;
          PlanNode& n = nodes[static_cast<size_t>(step.node)];
          n.add.assign(n.inputs.size(), 0);
          for (size_t i = 0; i < n.inputs.size(); ++i) {
            n.add[i] = has_gradient[static_cast<size_t>(n.inputs[i])];
            has_gradient[static_cast<size_t>(n.inputs[i])] = true;
          }
          n.pass.add = n.add;
        }
      }
    }
  }

  void set_rows(const Batch& batch) {
    rows[kQueries] = batch.query_rows.size();
    rows[kCandidates] = batch.candidate_rows.size();
    rows[kPairs] =
        batch.pair_query.source.empty() ? batch.pair_candidate.source.size() : batch.pair_query.source.size();
    rows[kRows] = batch.rows();
    bool grown = false;
    for (PlanNode& n : nodes) {
      n.pass.rows = rows[n.rows];
      if (n.given || n.pass.rows <= n.capacity) continue;
      grown = true;
      n.capacity = n.capacity == 0 ? n.pass.rows : n.pass.rows + n.pass.rows / 8;
    }
    if (grown) match_capacities();
    views_stale = views_stale || grown;
  }

  // A node inside of a concatenation has the capacity of what holds it.
  void match_capacities() {
    for (size_t i = nodes.size(); i-- > 0;) {
      PlanNode& n = nodes[i];
      if (n.inside >= 0) n.capacity = std::max(n.capacity, nodes[static_cast<size_t>(n.inside)].capacity);
    }
  }

  void set_batch(const Batch& batch, bool training, uint64_t key) {
    set_rows(batch);
    const std::span<const float> multiplicity[kRowSets] = {
        batch.query_multiplicity, batch.candidate_multiplicity, batch.pair_multiplicity, {}};
    for (PlanNode& n : nodes) {
      n.pass.training = training && options.training_layers_active;
      n.pass.multiplicity = multiplicity[n.rows];
      n.pass.total_multiplicity = static_cast<double>(batch.rows());
      n.pass.random_key = n.random.at(key).key();
      if (n.feature >= 0 && !n.given) {
        const bool query = n.rows == kQueries;
        const EncodedRows* encoded = query ? batch.queries : batch.candidates;
        n.pass.feature = {&encoded->columns[static_cast<size_t>(n.feature)],
                          query ? batch.query_rows : batch.candidate_rows};
      }
      if (n.is_row_map) {
        const RowSet from = nodes[static_cast<size_t>(n.inputs[0])].rows;
        n.pass.map = from == kQueries      ? batch.pair_query
                     : from == kCandidates ? batch.pair_candidate
                                           : batch.row_pair;
      }
    }
    for (PlanNode& n : nodes) place_gathered(n);
    if (views_stale) set_views();
    views_stale = false;
  }

  void place_gathered(PlanNode& n) {
    if (n.gathered_by < 0) return;
    const std::span<const uint32_t> source = nodes[static_cast<size_t>(n.gathered_by)].pass.map.source;
    bool once = source.size() == n.pass.rows;
    for (size_t r = 0; r < source.size() && once; ++r) once = source[r] == r;
    views_stale = views_stale || once != n.in_place;
    n.in_place = once;
  }

  // Runs a task for each of `of`, beside the clock.
  template <typename Run>
  void run_tasks(ThreadPool& pool, Run run) {
    if (scratch.size() < static_cast<size_t>(pool.threads()))
      scratch.resize(static_cast<size_t>(pool.threads()));
    pool.run(tasks.size(),
             [&](size_t i, int worker) { run(tasks[i], worker, scratch[static_cast<size_t>(worker)]); });
  }

  // Lets a layer work, and the clock count it.
  template <typename Work>
  void time(int at, Part part, int worker, Work work) {
    const PlanNode& n = nodes[static_cast<size_t>(at)];
    clock.time(phase_of(at, part), worker, [&] { work(*n.layer, n.pass); });
  }

  void prepare(ThreadPool& pool) {
    tasks.clear();
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (!nodes[i].given && nodes[i].layer->prepares(nodes[i].pass))
        tasks.push_back({.node = static_cast<int>(i)});
    }
    run_tasks(pool, [&](const Task& task, int worker, Scratch& own) {
      time(task.node, kForward, worker,
           [&](const Layer& layer, const Pass& pass) { layer.prepare(pass, own); });
    });
  }

  void run_segment(const Segment& segment, Part part, size_t index, int worker) {
    const RowRange range = part_of_rows(rows[segment.rows], index);
    for (const Step& step : segment.steps) {
      time(step.node, part, worker, [&](const Layer& layer, const Pass& pass) {
        Scratch& own = scratch[static_cast<size_t>(worker)];
        if (part == kForward)
          return step.look ? layer.look_before_forward(pass, index) : layer.forward(pass, range, own);
        step.look ? layer.look_before_backward(pass, index) : layer.backward(pass, range, own);
      });
    }
  }

  // The wave's segments, and beside them the gradients of nodes. The first half of the tasks works on the
  // first half of the rows.
  void run_wave(ThreadPool& pool, Part part, const Wave& wave, const std::vector<int>& gradients) {
    tasks.clear();
    for (size_t half : {0, 1}) {
      const auto add_half = [&](size_t count, Task task) {
        for (task.index = half * (count / 2); task.index < (half == 0 ? count / 2 : count); ++task.index)
          tasks.push_back(task);
      };
      for (int at : gradients) {
        const PlanNode& n = nodes[static_cast<size_t>(at)];
        add_half(n.layer->gradient_tasks(n.pass), {.node = at});
      }
      for (size_t s = 0; s < wave.segments.size(); ++s)
        add_half(part_count(rows[wave.segments[s].rows]), {.segment = static_cast<int>(s)});
    }
    run_tasks(pool, [&](const Task& task, int worker, Scratch& own) {
      if (task.segment >= 0)
        return run_segment(wave.segments[static_cast<size_t>(task.segment)], part, task.index, worker);
      time(task.node, kGradient, worker,
           [&](const Layer& layer, const Pass& pass) { layer.write_gradients(pass, task.index, own); });
    });
  }

  template <typename Act>
  void after_looks(const Wave& wave, Act act) {
    for (const Segment& segment : wave.segments) {
      for (const Step& step : segment.steps) {
        const PlanNode& n = nodes[static_cast<size_t>(step.node)];
        if (step.look) act(*n.layer, n.pass);
      }
    }
  }

  void forward(ThreadPool& pool) {
    prepare(pool);
    for (const Wave& wave : forward_waves) {
      run_wave(pool, kForward, wave, {});
      after_looks(wave, [](const Layer& layer, const Pass& pass) { layer.finish_looking_forward(pass); });
    }
  }

  void backward(ThreadPool& pool) {
    // Gradients are made beside the next wave, while their rows are still in the caches.
    std::vector<int>& left = gradient_nodes;
    left.clear();
    for (const Wave& wave : backward_waves) {
      run_wave(pool, kBackward, wave, left);
      after_looks(wave, [](const Layer& layer, const Pass& pass) { layer.finish_looking_backward(pass); });
      left.clear();
      for (const Segment& segment : wave.segments) {
        for (const Step& step : segment.steps) {
          if (!step.look) left.push_back(step.node);
        }
      }
    }
    std::ranges::sort(left);  // as the optimizer goes through the parameters
    run_wave(pool, kBackward, {}, left);
  }

  // Numbers that a part of a node's work reads or writes.
  static size_t numbers_of(const PlanNode& n, Part part) {
    const Pass& pass = n.pass;
    const bool backward = part == kBackward;
    const bool nested =
        n.layer->kind() == "concat" || (n.is_row_map && pass.inputs[0].data == pass.output.data);
    size_t a_row = nested ? 0 : pass.output.cols, parameters = 0;
    for (size_t i = 0; i < pass.inputs.size() && !nested; ++i) {
      a_row += backward ? pass.dinputs[i].cols : pass.inputs[i].cols;
    }
    for (const Matrix& buffer : pass.row_buffers) a_row += part == kGradient ? 0 : buffer.cols;
    if (backward && !nested) a_row += pass.output.cols;  // what came out, beside its gradient
    for (const ParameterState* p : pass.parameters) {
      parameters += p->spec.table ? p->rows.touched.size() * p->spec.cols : p->spec.rows * p->spec.cols;
    }
    return pass.rows * a_row + parameters;
  }

  StepPhase phase(int at, Part part) const {
    const PlanNode& n = nodes[static_cast<size_t>(at)];
    const double multiply_adds = static_cast<double>(n.pass.rows * n.layer->multiply_adds(n.pass));
    return {.name = n.name,
            .part = kPartNames[part],
            .operations = 2 * multiply_adds,
            .bytes = 4 * static_cast<double>(numbers_of(n, part)),
            .seconds = clock.running() ? clock.seconds(phase_of(at, part)) : 0};
  }

  bool does(const PlanNode& n, Part part) const {
    if (n.given) return false;
    if (part == kForward) return true;
    if (!options.backward || !n.wants_gradient) return false;
    if (part == kGradient) return n.layer->gradient_tasks(n.pass) > 0;
    return std::ranges::any_of(n.pass.dinputs, [](const Matrix& dinput) { return dinput.data != nullptr; });
  }

  const ModelSpec spec;
  const PlanOptions options;
  std::vector<int> position;  // of each of the spec's nodes in `nodes`; -1: not needed
  std::vector<PlanNode> nodes;
  std::vector<Wave> forward_waves, backward_waves;
  std::vector<int> gradient_nodes;
  bool flags_set = false, views_stale = false;
  size_t rows[kRowSets] = {};
  std::vector<Task> tasks;
  std::vector<Scratch> scratch;
  PhaseClock clock;
};

Plan::Plan(const ModelSpec& spec, Parameters& parameters, PlanOptions options)
    : state_(std::make_unique<State>(spec, parameters, std::move(options))) {}
Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;

bool Plan::needs_all_rows(Domain tower) const {
  if (!state_->options.backward || !state_->options.training_layers_active) return false;
  return std::ranges::any_of(state_->nodes, [&](const PlanNode& n) {
    return n.rows == row_set(tower) && n.layer->tells_copies_apart();
  });
}

void Plan::give(int node, ConstMatrix output) {
  PlanNode& n = state_->node(node);
  SHORTLIST_CHECK(n.given && output.cols == static_cast<size_t>(n.plan.width));
  n.pass.output = {const_cast<float*>(output.data), output.rows, output.cols, output.stride};  // is only read
  state_->views_stale = true;
}

void Plan::forward(ThreadPool& pool, const Batch& batch, bool training, uint64_t key) {
  state_->set_batch(batch, training, key);
  state_->forward(pool);
}

Matrix Plan::output(int node) const {
  const PlanNode& n = state_->node(node);
  return n.pass.output.head(n.pass.rows);
}

bool Plan::has_row_outputs(int node) const { return state_->node(node).rows == kRows; }

std::string Plan::first_not_finite() const {
  for (const PlanNode& n : state_->nodes) {
    for (size_t r = 0; r < n.pass.rows; ++r) {
      if (!all_finite(n.pass.output.row_span(r))) return n.name;
    }
  }
  return "";
}

void Plan::start_profile(int threads) {
  state_->clock = PhaseClock(state_->nodes.size() * kParts, threads, CLOCK_THREAD_CPUTIME_ID);
}

std::vector<StepPhase> Plan::profile() const {
  std::vector<StepPhase> phases;
  for (Part part : {kForward, kBackward, kGradient}) {
    for (size_t i = 0; i < state_->nodes.size(); ++i) {
      if (state_->does(state_->nodes[i], part)) phases.push_back(state_->phase(static_cast<int>(i), part));
    }
  }
  return phases;
}

Matrix Plan::output_gradient(int node) {
  const PlanNode& n = state_->node(node);
  SHORTLIST_CHECK(state_->options.backward);
  return n.pass.doutput.head(n.pass.rows);
}

void Plan::backward(ThreadPool& pool, const std::vector<int>& written) {
  state_->clear_gradients_except(written);
  state_->set_add_flags();
  state_->backward(pool);
}

}  // namespace shortlist
