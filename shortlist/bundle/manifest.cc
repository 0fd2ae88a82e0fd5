#include "shortlist/bundle/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "shortlist/base/error.h"
#include "shortlist/io/json.h"
#include "shortlist/io/sha256.h"

namespace shortlist {
namespace {

using nlohmann::json;
constexpr const char* kFormatName = "shortlist bundle";
constexpr const char* kChecksum = "sha256";

// Whether the name refers to a file directly in the bundle's folder.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && name != kManifestFile &&
         name.find_first_of(std::string_view("/\0", 2)) == name.npos;
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

ListedFile file_from_json(const json& from) {
  ListedFile file{from.at("name"), 0, from.at("sha256")};
  if (!is_plain_name(file.name))
    throw data_error("lists '{}', which is not the name of a file in the bundle", file.name);
  if (!is_sha256(file.sha256))
    throw data_error("the sha256 of {} is '{}', need 64 hexadecimal digits", file.name, file.sha256);
  if (!from.at("bytes").is_number_unsigned())
    throw data_error("the bytes of {} are {}, need an integer", file.name, dump_json_line(from.at("bytes")));
  from.at("bytes").get_to(file.bytes);
  return file;
}

void check_format(const json& manifest) {
  if (manifest.at("format") != kFormatName) throw data_error("is not a Shortlist bundle's manifest");
  const json& version = manifest.at("version");
  if (!version.is_number_unsigned() || version == 0)
    throw data_error("has format version {}, need an integer", dump_json_line(version));
  if (version > Manifest::kFormat)
    throw data_error("has format version {}, but this program reads versions up to {}",
                     dump_json_line(version), Manifest::kFormat);
}

// The checksum of everything except the checksum field.
std::string checksum_of(json manifest) {
  manifest.erase(kChecksum);
  return sha256_hex(dump_json(manifest));
}

}  // namespace

const ListedFile* Manifest::find(std::string_view name) const {
  const auto found = std::ranges::find(files, name, &ListedFile::name);
  return found == files.end() ? nullptr : &*found;
}

void Manifest::list(ListedFile file) {
  SHORTLIST_CHECK(is_plain_name(file.name));
  std::erase_if(files, [&](const ListedFile& other) { return other.name == file.name; });
  files.push_back(std::move(file));
}

std::string manifest_text(const Manifest& manifest) {
  json files = json::array();
  for (const auto& [name, bytes, sha256] : manifest.files)
    files.push_back({{"name", name}, {"bytes", bytes}, {"sha256", sha256}});
  json text = {
      {"format", kFormatName}, {"version", manifest.format}, {"kind", manifest.kind}, {"files", files}};
  text[kChecksum] = checksum_of(text);
  return dump_json(text);
}

Manifest parse_manifest(std::string_view text, const std::string& path) {
  Manifest manifest;
  const json from = parse_json(text, path);
  reading_file(path, [&] {
    check_format(from);
    from.at("version").get_to(manifest.format);
    if (manifest.format > 1 && from.at(kChecksum) != checksum_of(from))
      throw data_error("wrong checksum: the manifest was changed");
    if (from.contains("kind")) from.at("kind").get_to(manifest.kind);
    for (const json& file : from.at("files")) {
      ListedFile listed = file_from_json(file);
      if (manifest.find(listed.name) != nullptr) throw data_error("lists {} twice", listed.name);
      manifest.files.push_back(std::move(listed));
    }
  });
  return manifest;
}

}  // namespace shortlist
