#include "shortlist/jobs/export_tensorflow.h"

#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"

namespace shortlist {

void write_tensorflow(const ExportCommand& command) {
  TensorflowExport options{.out = command.out, .like = command.like};
  for (const std::string& text : command.names) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
      throw usage_error("--name '{}': need OURS=THEIRS, such as query=user_model", text);
    options.names.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  export_to_tensorflow(command.bundle, options);
  say("wrote {}.index and its data; in TensorFlow: model.load_weights({:?})", command.out, command.out);
}

}  // namespace shortlist
