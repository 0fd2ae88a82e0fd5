// Passes the events of a training to a Python function.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <optional>
#include <string>

#include "shortlist/jobs/training_events.h"

namespace shortlist::python {

namespace nb = nanobind;

// Calls function(event, values) with the GIL. Sets `stop` if it returns True, if it raises, or if Python has
// a pending signal such as Ctrl-C. If it returns a number, that is the learning rate of the following steps.
// In addition to the events of TrainingEvents there is "step": epoch, epochs, step, steps, rows,
// learning_rate, metrics, at most once per `interval` seconds, 0 for every step. "epoch" also has
// `parameters`, which are readable during the call.
class PythonEvents : public TrainingEvents {
 public:
  // The function may be None.
  PythonEvents(nb::object function, double interval, std::atomic<bool>& stop);

  void event(const char* name, Value::Table fields) override;
  double learning_rate(double rate) override;
  void after_step(const Progress& progress) override;
  void after_epoch(const EpochRecord& epoch, const Parameters& parameters) override;

  // Rethrows what the function raised.
  void rethrow() const;

 private:
  nb::object function_;
  const std::chrono::duration<double> interval_;
  std::atomic<bool>& stop_;
  double rate_ = 0;                         // of the last step
  std::optional<double> new_rate_;          // of the next step, as the function asked
  const Parameters* parameters_ = nullptr;  // during the event of an epoch
  std::exception_ptr raised_;
  std::chrono::steady_clock::time_point last_;
};

void bind_parameters(nb::module_& module);

}  // namespace shortlist::python
