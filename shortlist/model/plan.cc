#include "shortlist/model/plan.h"

#include <algorithm>

#include "shortlist/base/phase_clock.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/model/plan_fusion.h"
#include "shortlist/model/plan_memory.h"
#include "shortlist/model/plan_profile.h"
#include "shortlist/model/plan_rows.h"
#include "shortlist/model/plan_waves.h"

namespace shortlist {
namespace {

bool finite_row(const Operand& x, size_t r) {
  if (!x.rounded()) return all_finite(x.matrix.row_span(r));
  constexpr uint16_t kExponent = 0x7f80;
  const uint16_t* const row = x.halves(r);
  return std::none_of(row, row + x.cols(), [](uint16_t half) { return (half & kExponent) == kExponent; });
}

size_t phase_of(int node, PlanPart part) { return static_cast<size_t>(node) * kPlanParts + part; }

// A task: a part of the rows of a row set in a wave, or one of the tasks that write a node's gradients.
struct Task {
  int rows = -1, node = -1;
  size_t index = 0;
};

}  // namespace

struct Plan::State {
  State(const ModelSpec& model, Parameters& parameters, PlanOptions plan_options)
      : spec(model),
        options(std::move(plan_options)),
        graph(spec, parameters, options),
        rows(spec, graph),
        memory(graph, options) {
    fuse(graph, options);
    forward_order = forward_waves(graph);
    if (options.backward) backward_order = backward_waves(graph);
  }

  PlanNode& node(int spec_node) { return graph[graph.position_of(spec_node)]; }

  // Zeroes the gradients of outputs that the caller did not write.
  void clear_gradients_except(const std::vector<int>& written) {
    for (int output : options.outputs) {
      if (std::ranges::find(written, output) != written.end()) continue;
      const Pass& pass = node(output).pass;
      for (size_t r = 0; r < pass.rows; ++r) fill(pass.doutput.row_span(r), 0);
    }
  }

  void set_batch(const Batch& batch, bool training, uint64_t key) {
    rows.set(batch, graph);
    for (PlanNode& n : graph.nodes) {
      n.pass.training = training && options.training_layers_active;
      n.pass.random_key = n.random.at(key).key();
    }
    memory.fit();
  }

  // Runs `tasks`.
  template <typename Run>
  void run_tasks(ThreadPool& pool, Run run) {
    if (scratch.size() < static_cast<size_t>(pool.threads()))
      scratch.resize(static_cast<size_t>(pool.threads()));
    pool.run(tasks.size(),
             [&](size_t i, int worker) { run(tasks[i], worker, scratch[static_cast<size_t>(worker)]); });
  }

  // Runs a layer and measures the time.
  template <typename Work>
  void time(int at, PlanPart part, int worker, Work work) {
    const PlanNode& n = graph[at];
    clock.time(phase_of(at, part), worker, [&] { work(*n.layer, n.pass); });
  }

  void prepare(ThreadPool& pool) {
    tasks.clear();
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      if (!graph.nodes[i].fed && graph.nodes[i].traits.prepares && options.backward)
        tasks.push_back({.node = static_cast<int>(i)});
    }
    run_tasks(pool, [&](const Task& task, int worker, Scratch& own) {
      time(task.node, kForward, worker,
           [&](const Layer& layer, const Pass& pass) { layer.prepare(pass, own); });
    });
  }

  void run_part(const WaveRows& some, PlanPart part, size_t index, int worker, Scratch& own) {
    const RowRange range = rows[some.row_set].part(index);
    for (const WaveStep& step : some.steps) {
      time(step.node, part, worker, [&](const Layer& layer, const Pass& pass) {
        if (part == kForward)
          return step.look ? layer.look_before_forward(pass, index) : layer.forward(pass, range, own);
        step.look ? layer.look_before_backward(pass, index) : layer.backward(pass, range, own);
      });
    }
  }

  // Runs the wave's rows and, in parallel, nodes' gradients. The first half of the tasks processes the first
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
      for (size_t s = 0; s < wave.row_sets.size(); ++s)
        add_half(rows[wave.row_sets[s].row_set].parts(), {.rows = static_cast<int>(s)});
    }
    run_tasks(pool, [&](const Task& task, int worker, Scratch& own) {
      if (task.rows >= 0)
        return run_part(wave.row_sets[static_cast<size_t>(task.rows)], part, task.index, worker, own);
      time(task.node, kGradient, worker,
           [&](const Layer& layer, const Pass& pass) { layer.write_gradients(pass, task.index, own); });
    });
  }

  template <typename Act>
  void after_looks(const Wave& wave, Act act) {
    for (const WaveRows& some : wave.row_sets) {
      for (const WaveStep& step : some.steps) {
        if (step.look) act(graph[step.node]);
      }
    }
  }

  // Collects what the wave's layers contribute to a batch in parts.
  bool contributes(const Wave& wave, PlanPart part) {
    contribution.clear();
    if (parts == 1) return false;
    after_looks(wave, [&](PlanNode& n) {
      const size_t begin = contribution.size();
      contribution.resize(begin + share_of(n, part));
      const std::span<float> own = std::span(contribution).subspan(begin);
      part == kForward ? n.layer->contribute_forward(n.pass, own) : n.layer->contribute_backward(n.pass, own);
    });
    return !contribution.empty();
  }

  static size_t share_of(const PlanNode& n, PlanPart part) {
    return part == kForward ? n.plan.forward_share : n.plan.backward_share;
  }

  // `joined` has the contributions of all parts of the batch, one after the other.
  void finish_looks(const Wave& wave, PlanPart part, std::span<const float> joined) {
    size_t begin = 0;
    after_looks(wave, [&](PlanNode& n) {
      const size_t share = share_of(n, part);
      own_joined.clear();
      for (size_t p = 0; p < parts && !joined.empty(); ++p) {
        const auto of_part = joined.subspan(p * (joined.size() / parts) + begin, share);
        own_joined.insert(own_joined.end(), of_part.begin(), of_part.end());
      }
      begin += share;
      n.pass.part_of_batch.joined = own_joined;
      part == kForward ? n.layer->finish_looking_forward(n.pass) : n.layer->finish_looking_backward(n.pass);
    });
  }

  // Runs the waves from the present one until the batch's parts must be joined, or to the end.
  std::span<const float> run_waves(ThreadPool& pool, PlanPart part, std::span<const float> joined) {
    const std::vector<Wave>& order = part == kForward ? forward_order : backward_order;
    for (; wave < order.size(); ++wave, joined = {}) {
      if (joined.empty()) {
        run_wave(pool, part, order[wave], gradient_nodes);
        if (contributes(order[wave], part)) return contribution;
      }
      finish_looks(order[wave], part, joined);
      gradient_nodes.clear();
      if (part == kBackward) find_gradients(order[wave]);
    }
    return {};
  }

  // Gradients are computed in parallel with the next wave, while their rows are still in the caches.
  void find_gradients(const Wave& done) {
    for (const WaveRows& some : done.row_sets) {
      for (const WaveStep& step : some.steps) {
        if (!step.look) gradient_nodes.push_back(step.node);
      }
    }
  }

  std::span<const float> forward(ThreadPool& pool) {
    prepare(pool);
    wave = 0;
    gradient_nodes.clear();
    return run_waves(pool, kForward, {});
  }

  std::span<const float> backward(ThreadPool& pool, std::span<const float> joined) {
    const std::span<const float> own = run_waves(pool, kBackward, joined);
    if (!own.empty()) return own;
    std::ranges::sort(gradient_nodes);  // in the optimizer's order of the parameters
    run_wave(pool, kBackward, {}, gradient_nodes);
    join_shared_tables(pool);
    return {};
  }

  void join_shared_tables(ThreadPool& pool) {
    std::vector<SharedTable>& tables = graph.shared_tables;
    if (tables.empty()) return;
    pool.run(tables.size(), [&](size_t i, int) { tables[i].join_rows(); });
    for (const SharedTable& table : tables)
      pool.run(table.tasks(), [&](size_t i, int) { table.add_gradients(i); });
  }

  const ModelSpec spec;
  const PlanOptions options;
  PlanGraph graph;
  PlanRows rows;
  PlanMemory memory;
  std::vector<Wave> forward_order, backward_order;
  size_t wave = 0;                  // the next one
  std::vector<int> gradient_nodes;  // of the wave before it
  size_t parts = 1;                 // of a batch
  std::vector<float> contribution, own_joined;
  std::vector<Task> tasks;
  std::vector<Scratch> scratch;
  PhaseClock clock;
};

Plan::Plan(const ModelSpec& spec, Parameters& parameters, PlanOptions options)
    : state_(std::make_unique<State>(spec, parameters, std::move(options))) {}
Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;

bool Plan::needs_all_rows(int row_set) const {
  const State& state = *state_;
  if (!state.options.backward || !state.options.training_layers_active) return false;
  // Layers over a row's segments distinguish copies of that row too.
  const auto belongs = [&](int own) {
    while (own != row_set) {
      const std::vector<RowSetSpec::Parent>& parents = state.spec.row_set(own).parents;
      const auto segments = std::ranges::find(parents, RowRelation::segments, &RowSetSpec::Parent::relation);
      if (segments == parents.end()) return false;
      own = segments->row_set;
    }
    return true;
  };
  return std::ranges::any_of(state.graph.nodes, [&](const PlanNode& n) {
    return n.traits.tells_copies_apart && belongs(n.row_set);
  });
}

void Plan::feed(int node, ConstMatrix output) {
  PlanNode& n = state_->node(node);
  SHORTLIST_CHECK(n.fed && output.cols == static_cast<size_t>(n.plan.width));
  n.pass.output = {const_cast<float*>(output.data), output.rows, output.cols, output.stride};  // only read
  state_->memory.forget_views();
}

void Plan::forward(ThreadPool& pool, const Batch& batch, bool training, uint64_t key) {
  SHORTLIST_CHECK(state_->parts == 1);
  begin_forward(pool, batch, training, key);
}

void Plan::compute_in_parts(size_t parts, bool keeps_statistics) {
  state_->parts = parts;
  for (PlanNode& n : state_->graph.nodes) n.pass.part_of_batch = {parts, keeps_statistics, {}};
}

std::span<const float> Plan::begin_forward(ThreadPool& pool, const Batch& batch, bool training,
                                           uint64_t key) {
  state_->set_batch(batch, training, key);
  return state_->forward(pool);
}

std::span<const float> Plan::continue_forward(ThreadPool& pool, std::span<const float> joined) {
  return state_->run_waves(pool, kForward, joined);
}

std::span<const float> Plan::begin_backward(ThreadPool& pool, const std::vector<int>& written) {
  state_->clear_gradients_except(written);
  state_->wave = 0;
  state_->gradient_nodes.clear();
  return state_->backward(pool, {});
}

std::span<const float> Plan::continue_backward(ThreadPool& pool, std::span<const float> joined) {
  return state_->backward(pool, joined);
}

Matrix Plan::output(int node) const {
  const PlanNode& n = state_->node(node);
  return n.pass.output.head(n.pass.rows);
}

bool Plan::has_row_outputs(int node) const { return state_->node(node).row_set == kBatchRows; }

std::string Plan::first_not_finite() const {
  for (const PlanNode& n : state_->graph.nodes) {
    for (size_t r = 0; r < n.pass.rows; ++r) {
      if (!finite_row(Operand(n.pass.output, n.pass.fusion.output_to), r)) return n.name;
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
  SHORTLIST_CHECK(state_->parts == 1);
  begin_backward(pool, written);
}

}  // namespace shortlist
