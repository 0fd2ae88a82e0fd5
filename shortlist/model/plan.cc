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

// Rows of one task: an even number of tasks of about 192 rows, so that two threads finish together, in whole
// tiles of the product's six rows.
size_t rows_a_task(size_t rows) {
  if (rows <= 48) return std::max<size_t>(1, rows);
  const size_t tasks = 2 * chunk_count(rows, 384);
  return (chunk_count(rows, tasks) + 5) / 6 * 6;
}

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
  // A node that only feeds a concatenation lies inside of it. Those that only feed a dot interaction lie side
  // by side too, in memory of its own: apart, the vectors of one row would fall on the same sets of a cache.
  int inside = -1;
  size_t inside_column = 0;
  size_t inner_width = 0;  // of what lies inside, where that is not the output itself
  Buffer inner_memory, inner_gradient_memory;
  Matrix inner, inner_gradient;
  // A node that only feeds a gather lies in its place, in batches that show each of its rows once and in
  // order.
  int gathered_by = -1;
  bool in_place = false;

  Buffer output_memory, gradient_memory;
  std::vector<Buffer> row_memory, batch_memory;
  size_t capacity = 0;
  std::vector<ConstMatrix> input_views;
  std::vector<Matrix> dinput_views, row_views;
  std::vector<uint8_t> add, relu_inputs;
  Pass pass;
};

// Nodes of one row set that a task runs one after another over its rows.
struct Segment {
  RowSet rows;
  std::vector<int> nodes;
};
// Segments that do not depend on each other.
struct Wave {
  std::vector<int> stages;  // nodes whose stage has to run before
  std::vector<Segment> segments;
};

// What a layer does in a step, for profiles.
enum Part : size_t { kForward, kBackward, kGradient, kParts };
constexpr const char* kPartNames[kParts] = {"forward", "backward", "gradient"};

size_t phase_of(int node, Part part) { return static_cast<size_t>(node) * kParts + part; }

struct Task {
  int node;  // or the segment
  size_t index;
  Part part = kForward;
};

void place(std::vector<Wave>& waves, size_t wave, RowSet rows, int node, bool staged) {
  if (waves.size() <= wave) waves.resize(wave + 1);
  if (staged) waves[wave].stages.push_back(node);
  for (Segment& segment : waves[wave].segments) {
    if (segment.rows == rows) return segment.nodes.push_back(node);
  }
  waves[wave].segments.push_back({rows, {node}});
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
    nest_inputs();
    find_gathered();
    leave_relus();
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

  void nest_inputs() {
    for (size_t i = 0; i < nodes.size(); ++i) {
      const std::vector<int> by = consumers(static_cast<int>(i));
      if (by.size() != 1 || nodes[i].output || nodes[i].given) continue;
      PlanNode& outer = nodes[static_cast<size_t>(by[0])];
      const bool concat = outer.layer->kind() == "concat";
      if ((!concat && outer.layer->kind() != "dot_interaction") || outer.rows != nodes[i].rows) continue;
      nodes[i].inside = by[0];
      nodes[i].inside_column = columns_before(outer, static_cast<int>(i));
      if (!concat) outer.inner_width = columns_before(outer, -1);
    }
  }

  // Of the inputs that stand before `input`, or of all.
  size_t columns_before(const PlanNode& outer, int input) const {
    size_t columns = 0;
    for (int before : outer.inputs) {
      if (before == input) break;
      columns += static_cast<size_t>(nodes[static_cast<size_t>(before)].plan.width);
    }
    return columns;
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

  void set_inner_views(PlanNode& n) const {
    n.inner = n.pass.output;
    n.inner_gradient = n.pass.doutput;
    if (n.inner_width == 0) return;
    const size_t stride = row_stride(n.inner_width);
    n.inner = n.inner_memory.view(n.capacity, n.inner_width, stride);
    if (options.backward) n.inner_gradient = n.inner_gradient_memory.view(n.capacity, n.inner_width, stride);
  }

  // Points every pass to buffers of the present capacity; again after one has grown.
  void set_views() {
    for (size_t i = nodes.size(); i-- > 0;) {
      PlanNode& n = nodes[i];
      const size_t width = static_cast<size_t>(n.plan.width);
      if (n.inside >= 0) {
        const PlanNode& outer = nodes[static_cast<size_t>(n.inside)];
        n.pass.output = outer.inner.columns(n.inside_column, width);
        if (options.backward) n.pass.doutput = outer.inner_gradient.columns(n.inside_column, width);
      } else if (n.in_place) {
        n.pass.output = nodes[static_cast<size_t>(n.gathered_by)].pass.output;
        n.pass.doutput = nodes[static_cast<size_t>(n.gathered_by)].pass.doutput;
      } else if (!n.given) {
        n.pass.output = n.output_memory.view(n.capacity, width, row_stride(width));
        if (options.backward) n.pass.doutput = n.gradient_memory.view(n.capacity, width, row_stride(width));
      } else if (n.pass.output.data == nullptr) {
        n.pass.output.cols = width;
      }
      set_inner_views(n);
      n.row_views.clear();
      for (size_t b = 0; b < n.row_memory.size(); ++b) {
        const size_t columns = static_cast<size_t>(n.plan.row_buffers[b]);
        n.row_views.push_back(n.row_memory[b].view(n.capacity, columns, row_stride(columns)));
      }
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
      const bool staged = n.layer->forward_stage(n.pass) > 0;
      for (int input : n.inputs) {
        const PlanNode& from = nodes[static_cast<size_t>(input)];
        const bool fresh = staged || (from.rows != n.rows && !from.given);
        level[i] = std::max(level[i], level[static_cast<size_t>(input)] + fresh);
      }
      place(forward_waves, level[i], n.rows, static_cast<int>(i), staged);
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
      const bool staged = n.layer->backward_stage(n.pass) > 0;
      for (int by : consumers(static_cast<int>(i))) {
        const bool fresh = staged || backward_rows(nodes[static_cast<size_t>(by)]) != backward_rows(n);
        level[i] = std::max(level[i], level[static_cast<size_t>(by)] + fresh);
      }
      place(backward_waves, level[i], backward_rows(n), static_cast<int>(i), staged);
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
        for (int at : segment.nodes) {
          PlanNode& n = nodes[static_cast<size_t>(at)];
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
      const size_t stride = row_stride(static_cast<size_t>(n.plan.width));
      if (n.inside < 0) {
        n.output_memory = Buffer(n.capacity, stride);
        if (options.backward) n.gradient_memory = Buffer(n.capacity, stride);
      }
      n.row_memory.clear();
      for (int buffer : n.plan.row_buffers)
        n.row_memory.emplace_back(n.capacity, row_stride(static_cast<size_t>(buffer)));
    }
    if (grown) match_capacities();
    views_stale = views_stale || grown;
  }

  // A node inside of a concatenation has the capacity of what holds it.
  void match_capacities() {
    for (size_t i = nodes.size(); i-- > 0;) {
      PlanNode& n = nodes[i];
      if (n.inside >= 0) n.capacity = std::max(n.capacity, nodes[static_cast<size_t>(n.inside)].capacity);
      const size_t inner_size = n.inner_width > 0 ? n.capacity * row_stride(n.inner_width) : 0;
      n.inner_memory.reserve(inner_size);
      if (options.backward) n.inner_gradient_memory.reserve(inner_size);
      for (size_t b = 0; b < n.row_memory.size(); ++b) {
        const size_t size = n.capacity * row_stride(static_cast<size_t>(n.plan.row_buffers[b]));
        n.row_memory[b].reserve(size);
      }
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

  static size_t count_stage_tasks(const PlanNode& n, Part part) {
    if (part == kForward) return n.layer->forward_stage(n.pass);
    return part == kBackward ? n.layer->backward_stage(n.pass) : n.layer->gradient_tasks(n.pass);
  }
  static void run_stage_task(const PlanNode& n, Part part, size_t index, Scratch& scratch) {
    if (part == kForward) return n.layer->run_forward_stage(n.pass, index, scratch);
    if (part == kBackward) return n.layer->run_backward_stage(n.pass, index, scratch);
    n.layer->write_gradients(n.pass, index, scratch);
  }

  // Runs stages of the batch, and beside them gradients.
  void run_stages(ThreadPool& pool, Part part, const std::vector<int>& stages,
                  const std::vector<int>& gradients) {
    tasks.clear();
    // The first half of each node's tasks works on the first half of the rows, where that tells tasks apart.
    for (size_t half : {0, 1}) {
      const auto add_tasks = [&](int at, Part of) {
        const size_t n = count_stage_tasks(nodes[static_cast<size_t>(at)], of);
        for (size_t i = half * (n / 2); i < (half == 0 ? n / 2 : n); ++i) tasks.push_back({at, i, of});
      };
      for (int at : stages) add_tasks(at, part);
      for (int at : gradients) add_tasks(at, kGradient);
    }
    reserve_scratch(pool);
    pool.run(tasks.size(), [&](size_t i, int worker) {
      const Task& task = tasks[i];
      clock.time(phase_of(task.node, task.part), worker, [&] {
        run_stage_task(nodes[static_cast<size_t>(task.node)], task.part, task.index,
                       scratch[static_cast<size_t>(worker)]);
      });
    });
  }

  template <typename Run>
  void run_segments(ThreadPool& pool, Part part, const Wave& wave, Run run) {
    tasks.clear();
    size_t most = 0;
    const auto count_tasks = [&](const Segment& segment) {
      return chunk_count(rows[segment.rows], rows_a_task(rows[segment.rows]));
    };
    for (const Segment& segment : wave.segments) most = std::max(most, count_tasks(segment));
    // Side by side, so that each thread gets the same share of every segment's rows in all waves.
    for (size_t i = 0; i < most; ++i) {
      for (size_t s = 0; s < wave.segments.size(); ++s) {
        if (i < count_tasks(wave.segments[s])) tasks.push_back({static_cast<int>(s), i});
      }
    }
    reserve_scratch(pool);
    pool.run(tasks.size(), [&](size_t i, int worker) {
      const Segment& segment = wave.segments[static_cast<size_t>(tasks[i].node)];
      const size_t count = rows[segment.rows];
      const RowRange range = chunk_rows(count, rows_a_task(count), tasks[i].index);
      for (int at : segment.nodes) {
        clock.time(phase_of(at, part), worker,
                   [&] { run(nodes[static_cast<size_t>(at)], range, scratch[static_cast<size_t>(worker)]); });
      }
    });
  }

  void reserve_scratch(ThreadPool& pool) {
    if (scratch.size() < static_cast<size_t>(pool.threads()))
      scratch.resize(static_cast<size_t>(pool.threads()));
  }

  void forward(ThreadPool& pool) {
    for (const Wave& wave : forward_waves) {
      run_stages(pool, kForward, wave.stages, {});
      for (int at : wave.stages) {
        const PlanNode& n = nodes[static_cast<size_t>(at)];
        n.layer->finish_forward_stage(n.pass);
      }
      run_segments(pool, kForward, wave,
                   [](PlanNode& n, RowRange r, Scratch& s) { n.layer->forward(n.pass, r, s); });
    }
  }

  void backward(ThreadPool& pool) {
    // Gradients are made while their rows are still in the caches, beside the next stage that all have to
    // wait for.
    std::vector<int>& left = gradient_nodes;
    left.clear();
    for (const Wave& wave : backward_waves) {
      if (!wave.stages.empty()) {
        run_stages(pool, kBackward, wave.stages, left);
        left.clear();
      }
      for (int at : wave.stages) {
        const PlanNode& n = nodes[static_cast<size_t>(at)];
        n.layer->finish_backward_stage(n.pass);
      }
      run_segments(pool, kBackward, wave,
                   [](PlanNode& n, RowRange r, Scratch& s) { n.layer->backward(n.pass, r, s); });
      for (const Segment& segment : wave.segments)
        left.insert(left.end(), segment.nodes.begin(), segment.nodes.end());
    }
    std::ranges::sort(left);  // as the optimizer goes through the parameters
    run_stages(pool, kGradient, {}, left);
  }

  // Numbers that a part of a node's work reads or writes.
  static size_t numbers_of(const PlanNode& n, Part part) {
    const Pass& pass = n.pass;
    const bool backward = part == kBackward;
    const bool nested =
        n.layer->kind() == "concat" || (!pass.inputs.empty() && pass.inputs[0].data == pass.output.data);
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
