#include "shortlist/bundle/bundle.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/io/safetensors.h"
#include "shortlist/io/sha256.h"
#include "shortlist/io/toml.h"

namespace shortlist {
namespace {

using nlohmann::json;
constexpr int kVersion = 1;
constexpr const char* kFormat = "shortlist bundle";
constexpr const char* kManifest = "manifest.json";
constexpr size_t kVersionDigits = 12;
constexpr const char* kIndex = "index.safetensors";

// What replaces a bundle's files is made beside them, in this folder of it. Its manifest, the last to be
// written, makes it the bundle, and one file after the other moves to its place; until the last has, readers
// find some of them here.
constexpr const char* kNext = ".next";

std::string next_folder(const std::string& folder) { return folder + "/" + kNext; }

bool there(const std::string& path) { return type_of_file(path) != std::filesystem::file_type::not_found; }

// Ends a replacement that was begun: moves its files to their places, or, without a manifest, removes them.
void settle(const std::string& folder) try {
  const std::string next = next_folder(folder), manifest = next + "/" + kManifest;
  if (there(manifest)) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(next))
      names.push_back(entry.path().filename());
    for (const std::string& name : names) {
      if (name != kManifest) std::filesystem::rename(next + "/" + name, folder + "/" + name);
    }
    sync_folder(folder);
    std::filesystem::rename(manifest, folder + "/" + kManifest);
    sync_folder(folder);
  }
  std::filesystem::remove_all(next);
} catch (const std::filesystem::filesystem_error& error) {
  throw failed("{}: {}", error.path1().string(), error.code().message());
}

// Writes a bundle's files, or some that take the place of old ones, and lists them for the manifest. Without
// finish() the folder stays what it was.
class BundleWriter {
 public:
  // `files`: the list of a bundle that stays, but for what is written.
  explicit BundleWriter(std::string folder, json files = json::array())
      : folder_(std::move(folder)), next_(next_folder(folder_)), files_(std::move(files)) {
    settle(folder_);
    make_directories(next_);
  }
  BundleWriter(const BundleWriter&) = delete;
  ~BundleWriter() {
    std::error_code ignored;
    if (!finished_) std::filesystem::remove_all(next_, ignored);
  }

  void text(const std::string& name, const std::string& content) {
    write_file_atomically(next_ + "/" + name, content);
    list(name);
  }
  void tensors(const std::string& name, const std::vector<TensorView>& tensors,
               const Metadata& metadata = {}) {
    write_safetensors(next_ + "/" + name, tensors, metadata);
    list(name);
  }
  void index(const std::string& name, const Hnsw& index) {
    index.save(next_ + "/" + name, false);
    list(name);
  }
  void finish() {
    const json manifest = {{"format", kFormat}, {"version", kVersion}, {"files", files_}};
    write_file_atomically(next_ + "/" + kManifest, dump_json(manifest));
    finished_ = true;
    settle(folder_);
  }

 private:
  void list(const std::string& name) {
    std::erase_if(files_.get_ref<json::array_t&>(),
                  [&](const json& file) { return file.at("name") == name; });
    const std::string path = next_ + "/" + name;
    files_.push_back(
        {{"name", name}, {"bytes", std::filesystem::file_size(path)}, {"sha256", sha256_file_hex(path)}});
  }
  std::string folder_, next_;
  json files_;
  bool finished_ = false;
};

json items_to_json(const Items& items) {
  json attributes = json::array();
  for (size_t a = 0; a < items.attribute_names.size(); ++a) {
    attributes.push_back({{"name", items.attribute_names[a]}, {"values", items.attributes[a]}});
  }
  return {{"id_column", items.id_column}, {"ids", items.ids}, {"attributes", attributes}};
}

json labels_to_json(const std::vector<LabelRange>& labels) {
  json array = json::array();
  for (const LabelRange& range : labels) {
    array.push_back(
        {{"label", range.label}, {"least", range.least}, {"most", range.most}, {"mean", range.mean}});
  }
  return array;
}

std::vector<LabelRange> labels_from_json(const json& from) {
  std::vector<LabelRange> labels;
  for (const json& range : from)
    labels.push_back({range.at("label"), range.at("least"), range.at("most"), range.at("mean")});
  return labels;
}

Items items_from_json(const json& from) {
  Items items;
  from.at("id_column").get_to(items.id_column);
  from.at("ids").get_to(items.ids);
  for (const json& attribute : from.at("attributes")) {
    items.attribute_names.push_back(attribute.at("name"));
    items.attributes.push_back(attribute.at("values"));
    if (items.attributes.back().size() != items.ids.size())
      throw data_error("attribute '{}' has {} values, need {}: one for each item",
                       items.attribute_names.back(), items.attributes.back().size(), items.ids.size());
  }
  return items;
}

json order_to_json(const ServedOrder& order) {
  return {{"order", enum_name(order.order)}, {"blend", order.blend}};
}

ServedOrder order_from_json(const json& from) {
  const std::string name = from.at("order");
  for (const auto& [order, text] : EnumNames<ListOrder>::names) {
    if (text == name && order != ListOrder::chosen) return {order, from.at("blend")};
  }
  throw data_error("order: got '{}', need score, predicted or blend", name);
}

// Opens a bundle's folder after everything that the manifest lists has been checked.
class BundleReader {
 public:
  explicit BundleReader(std::string folder) : folder_(std::move(folder)) {
    if (!is_bundle(folder_)) throw data_error("{}: is no bundle: it has no {}", folder_, kManifest);
    moving_ = there(next_folder(folder_) + "/" + kManifest);
    const std::string path = this->path(kManifest);
    const std::string text = read_file(path);
    version_ = sha256_hex(text).substr(0, kVersionDigits);
    const json manifest = parse_json(text, path);
    guarded(path, [&] {
      files_ = manifest.at("files");
      if (manifest.at("format") != kFormat) throw std::runtime_error("is not a Shortlist bundle's manifest");
      const int version = manifest.at("version");
      if (version > kVersion) {
        throw data_error("{}: has the format version {}; this program reads up to {}", folder_, version,
                         kVersion);
      }
      for (const json& file : manifest.at("files"))
        check(file.at("name"), file.at("bytes"), file.at("sha256"));
    });
  }

  std::string path(const std::string& name) const {
    const std::string next = next_folder(folder_) + "/" + name;
    return moving_ && there(next) ? next : folder_ + "/" + name;
  }
  // Whether the manifest lists the file.
  bool has(const std::string& name) const {
    return std::ranges::any_of(files_, [&](const json& file) { return file.at("name") == name; });
  }
  const json& files() const { return files_; }
  const std::string& version() const { return version_; }
  std::string text(const std::string& name) const { return read_file(path(name)); }

  // What goes wrong inside is told with the file's name.
  template <typename F>
  static void guarded(const std::string& path, F f) {
    try {
      f();
    } catch (const Error& error) {
      const std::string message = error.what();
      throw Error(ErrorKind::data, message.find('/') != std::string::npos ? message : path + ": " + message);
    } catch (const std::exception& error) {
      throw data_error("{}: {}", path, error.what());
    }
  }

 private:
  void check(const std::string& name, uint64_t bytes, const std::string& sha256) const {
    if (!std::filesystem::exists(path(name))) throw data_error("{}: is missing", path(name));
    const uint64_t size = std::filesystem::file_size(path(name));
    if (size != bytes)
      throw data_error("{}: has {} bytes, need {}: it was cut or changed", path(name), size, bytes);
    if (sha256_file_hex(path(name)) != sha256)
      throw data_error("{}: its checksum is wrong: it was changed", path(name));
  }
  std::string folder_, version_;
  json files_;
  bool moving_ = false;  // a new manifest is there, but not yet all of its files are at their places
};

void read_weights(const std::string& path, Parameters& parameters) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Matrix& value = parameters.at(i).value;
    const size_t shape[] = {value.rows, value.cols};
    const auto values = file.need(parameters.name(i), DType::F32, shape).floats();
    std::copy(values.begin(), values.end(), value.data);
  }
}

}  // namespace

bool is_bundle(const std::string& path) {
  return there(path + "/" + kManifest) || there(next_folder(path) + "/" + kManifest);
}

std::string bundle_stamp(const std::string& path) {
  struct stat status {};
  if (stat((path + "/" + kManifest).c_str(), &status) != 0) return "";
  return fmt::format("{} {} {}.{}", status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

ConstMatrix Bundle::candidate_embeddings() const {
  return candidates.view(items.ids.size(), static_cast<size_t>(spec.at(spec.candidate).width));
}

void save_bundle(const std::string& path, const BundleContent& content) {
  BundleWriter writer(path);
  writer.text("config.toml", config_to_toml(*content.config));
  writer.text("features.json", dump_json(content.features->to_json()));
  std::vector<TensorView> weights;
  for (size_t i = 0; i < content.parameters->size(); ++i) {
    const Matrix& value = content.parameters->at(i).value;
    weights.push_back(tensor_view<float>(content.parameters->name(i), {value.rows, value.cols},
                                         {value.data, value.rows * value.cols}));
  }
  writer.tensors("weights.safetensors", weights);
  const ConstMatrix& candidates = content.candidates;
  writer.tensors("candidates.safetensors",
                 {tensor_view<float>("embeddings", {candidates.rows, candidates.cols},
                                     {candidates.data, candidates.rows * candidates.cols})});
  if (content.hnsw != nullptr) writer.index(kIndex, *content.hnsw);
  writer.text("items.json", dump_json(items_to_json(*content.items)));
  if (content.ratings != nullptr && !content.ratings->offsets.empty())
    writer.tensors("ratings.safetensors", rating_tensors(*content.ratings).views);
  if (content.baselines != nullptr) {
    writer.tensors("baselines.safetensors", baseline_tensors(*content.baselines).views,
                   baseline_metadata(*content.fingerprint));
  }
  if (content.order) writer.text("recommend.json", dump_json(order_to_json(*content.order)));
  if (!content.labels.empty()) writer.text("labels.json", dump_json(labels_to_json(content.labels)));
  writer.text("history.json", content.history_json);
  writer.text("report.json", content.report_json);
  for (const ExtraFile& extra : content.extras) writer.text(extra.name, extra.content);
  writer.finish();
}

void add_to_bundle(const std::string& path, const ExtraFile& file) {
  BundleWriter writer(path, BundleReader(path).files());
  writer.text(file.name, file.content);
  writer.finish();
}

Bundle load_bundle(const std::string& path) {
  const BundleReader reader(path);
  Bundle bundle;
  bundle.version = reader.version();
  BundleReader::guarded(reader.path("config.toml"), [&] {
    bundle.config = read_config(parse_toml(reader.text("config.toml"), reader.path("config.toml")),
                                reader.path("config.toml"));
  });
  BundleReader::guarded(reader.path("features.json"), [&] {
    bundle.features = FeatureMap::from_json(load_json(reader.path("features.json")));
    bundle.spec = build_model(bundle.config, bundle.features);
  });
  bundle.parameters = std::make_unique<Parameters>(bundle.spec);
  read_weights(reader.path("weights.safetensors"), *bundle.parameters);
  ThreadPool one(1);
  bundle.parameters->pack(one, false);
  BundleReader::guarded(reader.path("items.json"),
                        [&] { bundle.items = items_from_json(load_json(reader.path("items.json"))); });
  const SafetensorsFile candidates = SafetensorsFile::open(reader.path("candidates.safetensors"));
  const size_t shape[] = {bundle.items.ids.size(),
                          static_cast<size_t>(bundle.spec.at(bundle.spec.candidate).width)};
  const auto embeddings = candidates.need("embeddings", DType::F32, shape).floats();
  bundle.candidates = Buffer(embeddings.size());
  std::copy(embeddings.begin(), embeddings.end(), bundle.candidates.data());
  if (bundle.config.retrieval && bundle.config.retrieval->index == IndexKind::hnsw)
    bundle.hnsw = Hnsw::load(reader.path(kIndex), bundle.candidate_embeddings());
  if (reader.has("ratings.safetensors")) {
    BundleReader::guarded(reader.path("ratings.safetensors"), [&] {
      const SafetensorsFile file = SafetensorsFile::open(reader.path("ratings.safetensors"));
      bundle.ratings = read_ratings(file, bundle.items.ids.size());
    });
  }
  if (reader.has("labels.json")) {
    BundleReader::guarded(reader.path("labels.json"),
                          [&] { bundle.labels = labels_from_json(load_json(reader.path("labels.json"))); });
  }
  if (reader.has("recommend.json")) {
    BundleReader::guarded(reader.path("recommend.json"),
                          [&] { bundle.order = order_from_json(load_json(reader.path("recommend.json"))); });
  }
  if (reader.has("golden.json")) bundle.golden_json = reader.text("golden.json");
  bundle.history_json = reader.text("history.json");
  bundle.report_json = reader.text("report.json");
  return bundle;
}

std::optional<TrainedOn> load_baselines(const std::string& path) {
  const BundleReader reader(path);
  if (!reader.has("baselines.safetensors")) return std::nullopt;
  TrainedOn trained;
  const std::string file = reader.path("baselines.safetensors");
  BundleReader::guarded(file, [&] {
    const size_t items = items_from_json(load_json(reader.path("items.json"))).ids.size();
    trained = read_baselines(SafetensorsFile::open(file), items);
  });
  return trained;
}

}  // namespace shortlist
