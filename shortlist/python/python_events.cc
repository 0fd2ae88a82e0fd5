#include "shortlist/python/python_events.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cmath>

#include "shortlist/base/error.h"
#include "shortlist/python/arrays.h"
#include "shortlist/python/values.h"

namespace shortlist::python {
namespace {

// The parameters of a model in training, while a callback runs.
class ParametersView {
 public:
  explicit ParametersView(const Parameters* parameters) : parameters_(parameters) {}
  void end() { parameters_ = nullptr; }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (size_t i = 0; i < get().size(); ++i) names.push_back(get().name(i));
    return names;
  }

  nb::object value(const std::string& name) const {
    for (size_t i = 0; i < get().size(); ++i) {
      if (get().name(i) != name) continue;
      const Matrix value = get().at(i).value;
      std::vector<float> values;
      values.reserve(value.rows * value.cols);
      for (size_t r = 0; r < value.rows; ++r)
        values.insert(values.end(), value.row(r), value.row(r) + value.cols);
      return array_of(std::move(values), value.cols);
    }
    const std::string near = nearest(name, names());
    throw usage_error("the model has no parameter '{}'{}", name,
                      near.empty() ? "" : "; did you mean '" + near + "'?");
  }

 private:
  const Parameters& get() const {
    if (parameters_ == nullptr) throw usage_error("parameters are readable only while the callback runs");
    return *parameters_;
  }
  const Parameters* parameters_;
};

double checked_rate(double rate) {
  if (std::isfinite(rate) && rate > 0) return rate;
  throw usage_error("learning_rate: got {}, need a number above 0", rate);
}

}  // namespace

PythonEvents::PythonEvents(nb::object function, double interval, std::atomic<bool>& stop)
    : function_(std::move(function)), interval_(interval), stop_(stop) {}

void PythonEvents::event(const char* name, Value::Table fields) {
  if (raised_ != nullptr) return;
  const nb::gil_scoped_acquire gil;
  try {
    if (PyErr_CheckSignals() != 0) nb::raise_python_error();
    if (function_.is_none()) return;
    nb::object values = to_python(Value(std::move(fields)));
    nb::object view;
    if (parameters_ != nullptr) {
      view = nb::cast(ParametersView(parameters_));
      values["parameters"] = view;
    }
    const nb::object answer = function_(name, values);
    if (view.is_valid()) nb::cast<ParametersView&>(view).end();
    if (answer.ptr() == Py_True) stop_ = true;
    if (PyFloat_Check(answer.ptr())) new_rate_ = checked_rate(PyFloat_AS_DOUBLE(answer.ptr()));
  } catch (...) {
    raised_ = std::current_exception();
    stop_ = true;
  }
}

double PythonEvents::learning_rate(double rate) {
  rate_ = new_rate_.value_or(rate);
  new_rate_.reset();
  return rate_;
}

void PythonEvents::after_step(const Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < interval_) return;
  last_ = now;
  const auto whole = [](auto number) { return Value(static_cast<int64_t>(number)); };
  event("step", {{"epoch", whole(progress.epoch)},
                 {"epochs", whole(progress.epochs)},
                 {"step", whole(progress.step)},
                 {"steps", whole(progress.steps)},
                 {"rows", whole(progress.rows)},
                 {"learning_rate", Value(rate_)},
                 {"metrics", metrics_value(progress.running)}});
}

void PythonEvents::after_epoch(const EpochRecord& epoch, const Parameters& parameters) {
  parameters_ = &parameters;
  TrainingEvents::after_epoch(epoch, parameters);
  parameters_ = nullptr;
}

void PythonEvents::rethrow() const {
  if (raised_ != nullptr) std::rethrow_exception(raised_);
}

void bind_parameters(nb::module_& module) {
  nb::class_<ParametersView>(module, "Parameters")
      .def("names", &ParametersView::names)
      .def("get", &ParametersView::value, nb::arg("name"),
           nb::sig("def get(self, name: str) -> numpy.typing.NDArray[numpy.float32]"));
}

}  // namespace shortlist::python
