#include "shortlist/cli/training_callbacks.h"
#include "shortlist/cli/words.h"
#include "shortlist/io/json.h"
#include "shortlist/jobs/training_events.h"

namespace shortlist {
namespace {

class PrintedEvents : public TrainingEvents {
 public:
  void event(const char* name, Value::Table fields) override {
    fields.insert(fields.begin(), {"event", Value(std::string(name))});
    print_data(dump_json_value_line(Value(std::move(fields))) + "\n");
  }
};

}  // namespace

std::unique_ptr<TrainingCallback> callback_for_machines() { return std::make_unique<PrintedEvents>(); }

}  // namespace shortlist
