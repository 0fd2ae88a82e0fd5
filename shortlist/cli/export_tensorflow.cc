#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"
#include "shortlist/interop/export_keras.h"

namespace shortlist {
namespace {

// Where --name OURS=THEIRS puts THEIRS.
std::string& attribute(KerasNames& names, const std::string& ours) {
  const std::pair<const char*, std::string*> parts[] = {{"query", &names.query},
                                                        {"candidate", &names.candidate},
                                                        {"cross", &names.cross},
                                                        {"deep", &names.deep},
                                                        {"prediction", &names.prediction}};
  std::vector<std::string> known;
  for (const auto& [name, place] : parts) {
    if (ours == name) return *place;
    known.push_back(name);
  }
  for (KerasNames::Feature& feature : names.features) {
    known.push_back("features." + feature.feature);
    if (ours == known.back()) return feature.attribute;
  }
  throw usage_error("--name '{}': need one of {}", ours, fmt::join(known, ", "));
}

KerasNames keras_names(const Config& config, const std::vector<std::string>& given) {
  KerasNames names = default_keras_names(config);
  for (const std::string& text : given) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals + 1 == text.size())
      throw usage_error("--name '{}': need OURS=THEIRS, such as query=user_model", text);
    attribute(names, text.substr(0, equals)) = text.substr(equals + 1);
  }
  return names;
}

}  // namespace

void write_tensorflow(const ExportCommand& command) {
  const Bundle bundle = load_bundle(command.bundle);
  if (!command.like.empty()) {
    export_tensorflow_like(command.like, command.out, bundle.spec, *bundle.parameters);
  } else {
    export_tensorflow(command.out, bundle.spec, *bundle.parameters,
                      keras_names(bundle.config, command.names));
  }
  say("wrote {}.index and its data; in TensorFlow: model.load_weights({:?})", command.out, command.out);
}

}  // namespace shortlist
