#include "shortlist/model/plan.h"

#include <algorithm>

#include "shortlist/base/phase_clock.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/model/plan_graph.h"
#include "shortlist/model/plan_profile.h"
#include "shortlist/model/plan_waves.h"

namespace shortlist {
namespace {

// From one row of a buffer to the next. Long rows begin on a cache line, but not a multiple of 1 KiB apart,
// else the elements of a column, which the products of gradients read, fall on a few sets of the first cache
// and push each other out.
size_t row_stride(size_t width) {
  constexpr size_t kLine = 16;
  if (width < 64) return width;
  const size_t whole = (width + kLine - 1) / kLine * kLine;
  return whole % 64 == 0 ? whole + kLine : whole;
}

Matrix make_view(Buffer& memory, size_t rows, size_t width) {
  memory.reserve(rows * row_stride(width));
  return memory.view(rows, width, row_stride(width));
}
void make_views(std::vector<Buffer>& memory, size_t rows, const std::vector<int>& widths,
                std::vector<Matrix>& views) {
  memory.resize(widths.size());
  views.clear();
  for (size_t i = 0; i < widths.size(); ++i)
    views.push_back(make_view(memory[i], rows, static_cast<size_t>(widths[i])));
}

bool finite_row(const Operand& x, size_t r) {
  if (!x.rounded()) return all_finite(x.matrix.row_span(r));
  constexpr uint16_t kExponent = 0x7f80;
  const uint16_t* const row = x.halves(r);
  return std::none_of(row, row + x.cols(), [](uint16_t half) { return (half & kExponent) == kExponent; });
}

size_t phase_of(int node, PlanPart part) { return static_cast<size_t>(node) * kPlanParts + part; }

// A part of a segment's rows, or one of the tasks that write a node's gradients.
struct Task {
  int segment = -1, node = -1;
  size_t index = 0;
};

}  // namespace

struct Plan::State {
  State(const ModelSpec& model, Parameters& parameters, PlanOptions plan_options)
      : spec(model),
        options(std::move(plan_options)),
        graph(spec, parameters, options),
        forward_order(forward_waves(graph)) {
    if (options.backward) backward_order = backward_waves(graph);
    set_views();
  }

  PlanNode& node(int spec_node) { return graph[graph.position_of(spec_node)]; }

  void set_inner_views(PlanNode& n) const {
    const bool own = n.inner_width > 0;
    n.inner = own ? make_view(n.inner_memory, n.capacity, n.inner_width) : n.pass.output;
    if (!options.backward) return;
    n.inner_gradient = own ? make_view(n.inner_gradient_memory, n.capacity, n.inner_width) : n.pass.doutput;
  }

  // Points every pass to buffers of the present capacity; again after one has grown.
  void set_views() {
    for (size_t i = graph.nodes.size(); i-- > 0;) {
      PlanNode& n = graph.nodes[i];
      const size_t width = static_cast<size_t>(n.plan.width);
      if (n.inside >= 0) {
        const PlanNode& outer = graph[n.inside];
        n.pass.output = outer.inner.columns(n.inside_column, width);
        if (options.backward) n.pass.doutput = outer.inner_gradient.columns(n.inside_column, width);
      } else if (n.in_place) {
        n.pass.output = graph[n.gathered_by].pass.output;
        n.pass.doutput = graph[n.gathered_by].pass.doutput;
      } else if (!n.given) {
        const auto share_or_make = [&](int with, Matrix Pass::*which, Buffer& memory) {
          if (with >= 0) return graph[with].pass.*which;
          return make_view(memory, n.capacity, width);
        };
        n.pass.output = share_or_make(n.output_in, &Pass::output, n.output_memory);
        if (options.backward)
          n.pass.doutput = share_or_make(n.gradient_in, &Pass::doutput, n.gradient_memory);
      } else if (n.pass.output.data == nullptr) {
        n.pass.output.cols = width;
      }
      set_inner_views(n);
      make_views(n.row_memory, n.capacity, n.plan.row_buffers, n.row_views);
      make_views(n.part_memory, most_parts(n.capacity), n.plan.part_buffers, n.part_views);
      if (n.batch_memory.empty()) {
        for (int size : n.plan.batch_buffers) n.batch_memory.emplace_back(static_cast<size_t>(size));
      }
    }
    for (PlanNode& n : graph.nodes) {
      n.input_views.clear();
      n.dinput_views.clear();
      for (int input : n.inputs) {
        PlanNode& from = graph[input];
        n.input_views.push_back(from.pass.output);
        n.dinput_views.push_back(from.wants_gradient ? from.pass.doutput : Matrix());
      }
      n.pass.inputs = n.input_views;
      n.pass.dinputs = n.dinput_views;
      n.pass.parameters = n.parameters;
      n.pass.row_buffers = n.row_views;
      n.pass.part_buffers = n.part_views;
      n.pass.batch_buffers = n.batch_memory;
      n.pass.add = n.add;
      n.pass.relu_inputs = n.relu_inputs;
      n.pass.inputs_to = n.inputs_to;
      n.pass.dinputs_to = n.dinputs_to;
      n.pass.backward_follows = options.backward;
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

  void set_rows(const Batch& batch) {
    rows[kQueries] = batch.query_rows.size();
    rows[kCandidates] = batch.candidate_rows.size();
    rows[kPairs] =
        batch.pair_query.source.empty() ? batch.pair_candidate.source.size() : batch.pair_query.source.size();
    rows[kRows] = batch.rows();
    bool grown = false;
    for (PlanNode& n : graph.nodes) {
      n.pass.rows = rows[n.rows];
      if (n.given || n.pass.rows <= n.capacity) continue;
      grown = true;
      n.capacity = n.capacity == 0 ? n.pass.rows : n.pass.rows + n.pass.rows / 8;
    }
    if (grown) match_capacities();
    views_stale = views_stale || grown;
  }

  // A node inside of another has the capacity of what holds it.
  void match_capacities() {
    for (size_t i = graph.nodes.size(); i-- > 0;) {
      PlanNode& n = graph.nodes[i];
      if (n.inside >= 0) n.capacity = std::max(n.capacity, graph[n.inside].capacity);
    }
  }

  void set_batch(const Batch& batch, bool training, uint64_t key) {
    set_rows(batch);
    const std::span<const float> multiplicity[kRowSets] = {
        batch.query_multiplicity, batch.candidate_multiplicity, batch.pair_multiplicity, {}};
    for (PlanNode& n : graph.nodes) {
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
        const RowSet from = graph[n.inputs[0]].rows;
        n.pass.map = from == kQueries      ? batch.pair_query
                     : from == kCandidates ? batch.pair_candidate
                                           : batch.row_pair;
      }
    }
    for (PlanNode& n : graph.nodes) place_gathered(n);
    if (views_stale) set_views();
    views_stale = false;
  }

  void place_gathered(PlanNode& n) {
    if (n.gathered_by < 0) return;
    const std::span<const uint32_t> source = graph[n.gathered_by].pass.map.source;
    bool once = source.size() == n.pass.rows;
    for (size_t r = 0; r < source.size() && once; ++r) once = source[r] == r;
    views_stale = views_stale || once != n.in_place;
    n.in_place = once;
  }

  // Runs what `tasks` lists.
  template <typename Run>
  void run_tasks(ThreadPool& pool, Run run) {
    if (scratch.size() < static_cast<size_t>(pool.threads()))
      scratch.resize(static_cast<size_t>(pool.threads()));
    pool.run(tasks.size(),
             [&](size_t i, int worker) { run(tasks[i], worker, scratch[static_cast<size_t>(worker)]); });
  }

  // Lets a layer work, on the clock.
  template <typename Work>
  void time(int at, PlanPart part, int worker, Work work) {
    const PlanNode& n = graph[at];
    clock.time(phase_of(at, part), worker, [&] { work(*n.layer, n.pass); });
  }

  void prepare(ThreadPool& pool) {
    tasks.clear();
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      if (!graph.nodes[i].given && graph.nodes[i].layer->prepares(graph.nodes[i].pass))
        tasks.push_back({.node = static_cast<int>(i)});
    }
    run_tasks(pool, [&](const Task& task, int worker, Scratch& own) {
      time(task.node, kForward, worker,
           [&](const Layer& layer, const Pass& pass) { layer.prepare(pass, own); });
    });
  }

  void run_segment(const Segment& segment, PlanPart part, size_t index, int worker, Scratch& own) {
    const RowRange range = part_of_rows(rows[segment.rows], index);
    for (const WaveStep& step : segment.steps) {
      time(step.node, part, worker, [&](const Layer& layer, const Pass& pass) {
        if (part == kForward)
          return step.look ? layer.look_before_forward(pass, index) : layer.forward(pass, range, own);
        step.look ? layer.look_before_backward(pass, index) : layer.backward(pass, range, own);
      });
    }
  }

  // The wave's segments, and beside them nodes' gradients. The first half of the tasks works on the first
  // half of the rows.
  void run_wave(ThreadPool& pool, PlanPart part, const Wave& wave, const std::vector<int>& gradients) {
    tasks.clear();
    for (size_t half : {0, 1}) {
      const auto add_half = [&](size_t count, Task task) {
        for (task.index = half * (count / 2); task.index < (half == 0 ? count / 2 : count); ++task.index)
          tasks.push_back(task);
      };
      for (int at : gradients) {
        const PlanNode& n = graph[at];
        add_half(n.layer->gradient_tasks(n.pass), {.node = at});
      }
      for (size_t s = 0; s < wave.segments.size(); ++s)
        add_half(part_count(rows[wave.segments[s].rows]), {.segment = static_cast<int>(s)});
    }
    run_tasks(pool, [&](const Task& task, int worker, Scratch& own) {
      if (task.segment >= 0)
        return run_segment(wave.segments[static_cast<size_t>(task.segment)], part, task.index, worker, own);
      time(task.node, kGradient, worker,
           [&](const Layer& layer, const Pass& pass) { layer.write_gradients(pass, task.index, own); });
    });
  }

  template <typename Act>
  void after_looks(const Wave& wave, Act act) {
    for (const Segment& segment : wave.segments) {
      for (const WaveStep& step : segment.steps) {
        const PlanNode& n = graph[step.node];
        if (step.look) act(*n.layer, n.pass);
      }
    }
  }

  void forward(ThreadPool& pool) {
    prepare(pool);
    for (const Wave& wave : forward_order) {
      run_wave(pool, kForward, wave, {});
      after_looks(wave, [](const Layer& layer, const Pass& pass) { layer.finish_looking_forward(pass); });
    }
  }

  void backward(ThreadPool& pool) {
    // Gradients are made beside the next wave, while their rows are still in the caches.
    std::vector<int>& left = gradient_nodes;
    left.clear();
    for (const Wave& wave : backward_order) {
      run_wave(pool, kBackward, wave, left);
      after_looks(wave, [](const Layer& layer, const Pass& pass) { layer.finish_looking_backward(pass); });
      left.clear();
      for (const Segment& segment : wave.segments) {
        for (const WaveStep& step : segment.steps) {
          if (!step.look) left.push_back(step.node);
        }
      }
    }
    std::ranges::sort(left);  // as the optimizer goes through the parameters
    run_wave(pool, kBackward, {}, left);
  }

  const ModelSpec spec;
  const PlanOptions options;
  PlanGraph graph;
  std::vector<Wave> forward_order, backward_order;
  std::vector<int> gradient_nodes;
  bool views_stale = false;
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
  return std::ranges::any_of(state_->graph.nodes, [&](const PlanNode& n) {
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
  for (const PlanNode& n : state_->graph.nodes) {
    for (size_t r = 0; r < n.pass.rows; ++r) {
      if (!finite_row(Operand(n.pass.output, n.pass.output_to), r)) return n.name;
    }
  }
  return "";
}

void Plan::start_profile(int threads) {
  state_->clock = PhaseClock(state_->graph.nodes.size() * kPlanParts, threads, CLOCK_THREAD_CPUTIME_ID);
}

std::vector<StepPhase> Plan::profile() const {
  std::vector<StepPhase> phases;
  for (PlanPart part : {kForward, kBackward, kGradient}) {
    for (size_t i = 0; i < state_->graph.nodes.size(); ++i) {
      if (!has_part(state_->graph.nodes[i], part, state_->options)) continue;
      StepPhase& phase = phases.emplace_back(describe_part(state_->graph.nodes[i], part));
      if (state_->clock.running()) phase.seconds = state_->clock.seconds(phase_of(static_cast<int>(i), part));
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
  state_->backward(pool);
}

}  // namespace shortlist
