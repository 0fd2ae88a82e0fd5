#include "shortlist/io/hdf5_reader.h"

#include <hdf5.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "shortlist/base/error.h"
#include "shortlist/base/shared_library.h"

namespace shortlist {
namespace {

// Functions that have not changed since 1.10.
// clang-format off
#define SHORTLIST_HDF5_FUNCTIONS(X) \
  X(open) X(get_libversion) X(Eset_auto2) X(Fopen) X(Fclose) \
  X(Gget_info) X(Lget_name_by_idx) X(Lget_val) X(Oopen) X(Oclose) X(Iget_type) \
  X(Dget_space) X(Dget_type) X(Dget_create_plist) X(Dread) X(Sget_simple_extent_ndims) \
  X(Sget_simple_extent_dims) X(Sclose) X(Tget_class) X(Tget_size) X(Tget_order) X(Tget_sign) \
  X(Tclose) X(Pget_external_count) X(Pget_layout) X(Pclose)
// clang-format on

struct Hdf5Api {
#define SHORTLIST_DECLARE(name) decltype(&::H5##name) name = nullptr;
  SHORTLIST_HDF5_FUNCTIONS(SHORTLIST_DECLARE)
#undef SHORTLIST_DECLARE
};

// Debian's library name first. The numbers are those of the interfaces of 1.10, 1.14 and 2.
std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const char* number : {".103", ".310", ".320", ""}) {
    for (const char* name : {"libhdf5_serial.so", "libhdf5.so"}) names.push_back(std::string(name) + number);
  }
  return names;
}

Hdf5Api load() {
  const SharedLibrary library(
      {.name = "HDF5, which reads .h5 files,",
       .version = "HDF5 1.10 or newer",
       .variable = "SHORTLIST_HDF5",
       .files = names(),
       .remedy = "Install it (Debian: apt install libhdf5-103-1), name the file in the environment variable "
                 "SHORTLIST_HDF5, or save the weights in TensorFlow's format: model.save_weights(path, "
                 "save_format=\"tf\")"});
  Hdf5Api api;
#define SHORTLIST_FIND(name) library.find("H5" #name, api.name);
  SHORTLIST_HDF5_FUNCTIONS(SHORTLIST_FIND)
#undef SHORTLIST_FIND
  unsigned major = 0, minor = 0, release = 0;
  api.get_libversion(&major, &minor, &release);
  if (major < 1 || (major == 1 && minor < 10))
    throw failed("libhdf5 is {}.{}.{}, need 1.10 or newer", major, minor, release);
  api.open();
  api.Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // we report errors ourselves
  return api;
}

const Hdf5Api& hdf5() {
  static const Hdf5Api api = load();
  return api;
}

constexpr unsigned kReadOnly = 0;  // the macro H5F_ACC_RDONLY calls functions that we would have to link

// Closes its HDF5 object.
class Id {
 public:
  Id(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Id(Id&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  ~Id() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

Id open_object(hid_t file, const std::string& path) {
  return {hdf5().Oopen(file, path.c_str(), H5P_DEFAULT), hdf5().Oclose};
}

std::string type_name(hid_t type) {
  const auto bits = 8 * hdf5().Tget_size(type);
  const bool little = hdf5().Tget_order(type) == H5T_ORDER_LE || bits == 8;
  switch (hdf5().Tget_class(type)) {
    case H5T_FLOAT:
      return little ? fmt::format("float{}", bits) : "other";
    case H5T_INTEGER:
      return !little ? "other"
                     : fmt::format("{}int{}", hdf5().Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
    default:
      return "other";
  }
}

std::optional<Hdf5Dataset> describe(hid_t object, const std::string& path) {
  const Id space(hdf5().Dget_space(object), hdf5().Sclose), type(hdf5().Dget_type(object), hdf5().Tclose);
  if (!space.ok() || !type.ok()) return std::nullopt;
  const int rank = hdf5().Sget_simple_extent_ndims(space);
  if (rank < 0) return std::nullopt;
  std::vector<hsize_t> sizes(static_cast<size_t>(rank));
  hdf5().Sget_simple_extent_dims(space, sizes.data(), nullptr);
  return Hdf5Dataset{path, type_name(type), {sizes.begin(), sizes.end()}};
}

// "dense_2" before "dense_10".
bool natural_less(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text, size_t& at) {
    const size_t begin = at;
    while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at]))) ++at;
    const std::string digits = text.substr(begin, at - begin);
    return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
  };
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::string x = number(a, i), y = number(b, j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

// Lists all datasets below a group. Groups may contain themselves, so depth and number are limited.
class Lister {
 public:
  Lister(hid_t file, const std::string& shown) : file_(file), shown_(shown) {}

  std::vector<Hdf5Dataset> list() {
    group("/", 0);
    return std::move(found_);
  }

 private:
  static constexpr int kDeepest = 64;
  static constexpr size_t kMost = 100'000;

  std::vector<std::string> names_in(hid_t group, const std::string& path) const {
    H5G_info_t info{};
    if (hdf5().Gget_info(group, &info) < 0) damaged(path);
    std::vector<std::string> names;
    for (hsize_t i = 0; i < info.nlinks; ++i) {
      const auto ask = [&](char* text, size_t size) {
        return hdf5().Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, text, size, H5P_DEFAULT);
      };
      const auto length = ask(nullptr, 0);
      if (length < 0) damaged(path);
      std::string name(static_cast<size_t>(length) + 1, '\0');
      if (ask(name.data(), name.size()) < 0) damaged(path);
      name.pop_back();
      names.push_back(name);
    }
    std::ranges::sort(names, natural_less);
    return names;
  }

  void group(const std::string& path, int depth) {
    if (depth > kDeepest) throw data_error("{}: '{}' is more than {} groups deep", shown_, path, kDeepest);
    std::vector<std::string> names;
    {
      const Id opened = open_object(file_, path);
      if (!opened.ok()) damaged(path);
      names = names_in(opened, path);
    }
    for (const std::string& name : names) member(path == "/" ? name : path + "/" + name, depth);
  }

  // Links other than hard links have a value: a path in this file or in another.
  bool is_link(const std::string& path) const {
    char value[1];
    return hdf5().Lget_val(file_, path.c_str(), value, sizeof value, H5P_DEFAULT) >= 0;
  }

  // A dataset's values may be in other files, which the author of a file must not be able to choose.
  bool is_elsewhere(hid_t dataset) const {
    const Id plan(hdf5().Dget_create_plist(dataset), hdf5().Pclose);
    return !plan.ok() || hdf5().Pget_external_count(plan) != 0 || hdf5().Pget_layout(plan) == H5D_VIRTUAL;
  }

  void member(const std::string& path, int depth) {
    if (is_link(path)) {
      throw data_error("{}: '{}' is a link to another place or file; need the data itself", shown_, path);
    }
    const Id object = open_object(file_, path);
    if (!object.ok()) damaged(path);
    const H5I_type_t kind = hdf5().Iget_type(object);
    if (kind == H5I_GROUP) group(path, depth + 1);
    if (kind != H5I_DATASET) return;
    const auto dataset = describe(object, path);
    if (!dataset) damaged(path);
    if (is_elsewhere(object))
      throw data_error("{}: the values of '{}' are in another file; need them in this one", shown_, path);
    if (found_.size() == kMost) throw data_error("{}: more than {} datasets", shown_, kMost);
    found_.push_back(*dataset);
  }

  [[noreturn]] void damaged(const std::string& path) const {
    throw data_error("{}: '{}' cannot be read: the file is damaged", shown_, path);
  }

  hid_t file_;
  const std::string& shown_;
  std::vector<Hdf5Dataset> found_;
};

}  // namespace

std::optional<size_t> byte_size(const Hdf5Dataset& dataset) {
  const size_t digits = dataset.type.find_first_of("0123456789");
  if (digits == std::string::npos) return std::nullopt;
  size_t bytes = std::stoul(dataset.type.substr(digits)) / 8;
  for (const uint64_t size : dataset.shape)
    if (__builtin_mul_overflow(bytes, size, &bytes)) return std::nullopt;
  return bytes;
}

struct Hdf5Reader::Handle {
  std::string path;
  Id file;
};

void load_hdf5() { hdf5(); }

Hdf5Reader::Hdf5Reader(const std::string& path) {
  Id file(hdf5().Fopen(path.c_str(), kReadOnly, H5P_DEFAULT), hdf5().Fclose);
  if (!file.ok()) throw data_error("{}: HDF5 cannot open it: it is damaged or truncated", path);
  handle_ = std::make_unique<Handle>(Handle{path, std::move(file)});
  datasets_ = Lister(handle_->file, handle_->path).list();
}
Hdf5Reader::~Hdf5Reader() = default;

void Hdf5Reader::read(const Hdf5Dataset& dataset, std::span<std::byte> values) const {
  const Id object = open_object(handle_->file, dataset.path);
  const Id type(hdf5().Dget_type(object), hdf5().Tclose);
  SHORTLIST_CHECK(dataset.type != "other" && type_name(type) == dataset.type);
  if (hdf5().Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    throw data_error("{}: '{}' cannot be read: the file is damaged", handle_->path, dataset.path);
}

}  // namespace shortlist
