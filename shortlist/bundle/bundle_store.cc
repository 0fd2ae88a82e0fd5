#include "shortlist/bundle/bundle_store.h"

#include <sys/stat.h>

#include <algorithm>

#include "shortlist/bundle/bundle_files.h"
#include "shortlist/bundle/bundle_folder.h"
#include "shortlist/config/config.h"
#include "shortlist/io/json.h"
#include "shortlist/learners/kinds.h"

namespace shortlist {
namespace {

const BundleFile* known_file(std::string_view name) {
  const auto known = bundle_files();
  const auto found = std::ranges::find(known, name, &BundleFile::name);
  return found == known.end() ? nullptr : &*found;
}

void read_known(const BundleReader& reader, Bundle& bundle) {
  for (const BundleFile& file : bundle_files()) {
    const ListedFile* listed = reader.manifest().find(file.name);
    if (listed == nullptr && file.earlier_name != nullptr) listed = reader.manifest().find(file.earlier_name);
    if (listed != nullptr) {
      const std::string path = reader.path(listed->name);
      FileBytes bytes = reader.read(*listed);
      reading_file(path, [&] { file.read({path, std::move(bytes)}, bundle); });
    } else if (file.required(bundle)) {
      throw data_error("{}: does not list {}, which this bundle needs", reader.manifest_path(), file.name);
    }
  }
}

void set_label_scales(const Bundle& bundle, ModelSpec& spec) {
  for (RankingOutput& ranking : spec.rankings) {
    const auto range = std::ranges::find(bundle.labels, ranking.label, &LabelRange::label);
    if (range != bundle.labels.end()) ranking.scale = range->scale;
  }
}

// The retriever's own files. Tracks which of them have been read.
class KindFiles final : public RetrieverReader {
 public:
  explicit KindFiles(const BundleReader& reader) : reader_(reader) {}

  void read(const std::string& name, FunctionRef<void(StoredFile file)> read) override {
    const ListedFile* listed = reader_.manifest().find(name);
    if (listed == nullptr)
      throw data_error("{}: does not list {}, which this bundle needs", reader_.manifest_path(), name);
    read_.push_back(name);
    const std::string path = reader_.path(name);
    FileBytes bytes = reader_.read(*listed);
    reading_file(path, [&] { read({path, std::move(bytes)}); });
  }
  bool has_read(const std::string& name) const { return std::ranges::find(read_, name) != read_.end(); }

 private:
  const BundleReader& reader_;
  std::vector<std::string> read_;
};

// Also verifies files that nothing reads.
void check_others(const BundleReader& reader, const KindFiles& files) {
  for (const ListedFile& file : reader.manifest().files)
    if (known_file(file.name) == nullptr && !files.has_read(file.name)) reader.read(file);
}

void check_kind(const BundleReader& reader) {
  if (find_model_kind(reader.manifest().kind) == nullptr)
    throw data_error("{}: {}", reader.manifest_path(), unknown_model_kind(reader.manifest().kind));
}

void read_retriever(const BundleReader& reader, Bundle& bundle) {
  const ModelKind& kind = *find_model_kind(bundle.spec.kind);
  if (kind.name != reader.manifest().kind)
    throw data_error("{}: the model is of kind '{}', but config.toml has '{}'", reader.manifest_path(),
                     reader.manifest().kind, kind.name);
  KindFiles files(reader);
  const std::optional<RetrievalConfig>& retrieval = bundle.config->retrieval;
  const FeatureMap query = bundle.features.select(bundle.spec.query);
  bundle.retriever = kind.load(
      {retrieval ? &*retrieval : nullptr, query, bundle.items, bundle.ratings, bundle.towers.get(), files});
  check_others(reader, files);
}

Bundle read_bundle(const BundleReader& reader) {
  check_kind(reader);
  Bundle bundle;
  bundle.version = reader.version();
  bundle.format = reader.manifest().format;
  read_known(reader, bundle);
  if (bundle.towers != nullptr) set_label_scales(bundle, bundle.towers->spec);
  read_retriever(reader, bundle);
  return bundle;
}

class NewKindFiles final : public RetrieverWriter {
 public:
  explicit NewKindFiles(BundleWriter& writer) : writer_(writer) {}
  void add(const std::string& name, FunctionRef<void(const std::string& path)> write) override {
    SHORTLIST_CHECK(known_file(name) == nullptr);
    write(writer_.path(name));
    writer_.add(name);
  }

 private:
  BundleWriter& writer_;
};

}  // namespace

bool is_bundle(const std::string& path) { return has_manifest(path); }

std::string bundle_stamp(const std::string& path) {
  struct stat status {};
  if (stat((path + "/" + kManifestFile).c_str(), &status) != 0) return "";
  return fmt::format("{} {} {}.{}", status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

void save_bundle(const std::string& path, const BundleContent& content) {
  BundleWriter writer(path, content.config->model.kind);
  for (const BundleFile& file : bundle_files())
    if (file.write != nullptr) file.write(content, NewFile(writer, file.name));
  NewKindFiles files(writer);
  content.retriever->save(files);
  for (const ExtraFile& extra : content.extras) NewFile(writer, extra.name).text(extra.content);
  if (content.golden) {
    Bundle bundle = read_bundle(writer.written());
    bundle.path = path;
    NewFile(writer, kGoldenFile).text(content.golden(std::move(bundle)));
  }
  writer.finish();
}

Bundle load_bundle(const std::string& path) {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    const BundleReader reader(path);
    try {
      Bundle bundle = read_bundle(reader);
      bundle.path = path;
      return bundle;
    } catch (const Error&) {
      // Another bundle may have replaced this one meanwhile.
      if (attempt == kAttempts || !reader.was_replaced()) throw;
    }
  }
}

std::optional<std::string> read_bundle_file(const std::string& path, const std::string& name) {
  if (!is_bundle(path)) return std::nullopt;
  const BundleReader reader(path);
  const ListedFile* listed = reader.manifest().find(name);
  if (listed == nullptr) return std::nullopt;
  return std::string(reader.read(*listed).text());
}

std::optional<TrainedOn> load_baselines(const Bundle& bundle) {
  const BundleReader reader(bundle.path);
  if (reader.version() != bundle.version)
    throw data_error("{}: was replaced while it was being read", bundle.path);
  const ListedFile* listed = reader.manifest().find(kBaselinesFile);
  if (listed == nullptr) return std::nullopt;
  const std::string path = reader.path(kBaselinesFile);
  const SafetensorsFile file = SafetensorsFile::parse(reader.read(*listed), path);
  TrainedOn trained;
  reading_file(path, [&] {
    trained = read_baselines(file, bundle.items.ids.size(), measured_labels(*bundle.config));
  });
  return trained;
}

}  // namespace shortlist
