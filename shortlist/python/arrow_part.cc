#include "shortlist/python/arrow_part.h"

#include <utility>

namespace shortlist::python {
namespace {

template <typename T>
void release_owned(T* self) {
  delete static_cast<Owned*>(self->private_data);
  self->release = nullptr;
}

ArrowSchema make_schema(std::string format, std::string name, std::vector<ArrowSchema> children,
                        std::optional<ArrowSchema> dictionary = std::nullopt) {
  auto owned = std::make_unique<Owned>();
  owned->format = std::move(format);
  owned->name = std::move(name);
  owned->schemas = std::move(children);
  const size_t count = owned->schemas.size();
  if (dictionary) owned->schemas.push_back(*dictionary);
  for (ArrowSchema& schema : owned->schemas) owned->schema_pointers.push_back(&schema);
  ArrowSchema schema{.format = owned->format.c_str(),
                     .name = owned->name.c_str(),
                     .metadata = nullptr,
                     .flags = kArrowNullable,
                     .n_children = static_cast<int64_t>(count),
                     .children = owned->schema_pointers.data(),
                     .dictionary = dictionary ? owned->schema_pointers[count] : nullptr,
                     .release = release_owned<ArrowSchema>,
                     .private_data = nullptr};
  schema.private_data = owned.release();
  return schema;
}

}  // namespace

Owned::~Owned() {
  for (ArrowArray& array : arrays)
    if (array.release != nullptr) array.release(&array);
  for (ArrowSchema& schema : schemas)
    if (schema.release != nullptr) schema.release(&schema);
  const nb::gil_scoped_acquire gil;
  kept.reset();
}

ArrowPart make_part(int64_t rows, std::string format, std::unique_ptr<Owned> owned,
                    std::vector<ArrowPart> children, std::optional<ArrowPart> dictionary) {
  std::vector<ArrowSchema> schemas;
  for (const ArrowPart& child : children) {
    schemas.push_back(child.schema);
    owned->arrays.push_back(child.array);
  }
  const size_t count = owned->arrays.size();
  if (dictionary) owned->arrays.push_back(dictionary->array);
  for (ArrowArray& array : owned->arrays) owned->array_pointers.push_back(&array);
  ArrowPart part;
  part.array = {.length = rows,
                .null_count = owned->buffers[0] == nullptr ? 0 : -1,
                .offset = 0,
                .n_buffers = static_cast<int64_t>(owned->buffers.size()),
                .n_children = static_cast<int64_t>(count),
                .buffers = owned->buffers.data(),
                .children = owned->array_pointers.data(),
                .dictionary = dictionary ? owned->array_pointers[count] : nullptr,
                .release = release_owned<ArrowArray>,
                .private_data = nullptr};
  part.schema = make_schema(std::move(format), "", std::move(schemas),
                            dictionary ? std::optional(dictionary->schema) : std::nullopt);
  part.array.private_data = owned.release();
  return part;
}

void rename(ArrowPart& part, const std::string& name) {
  auto* owned = static_cast<Owned*>(part.schema.private_data);
  owned->name = name;
  part.schema.name = owned->name.c_str();
}

const void* keep(Owned& owned, std::vector<uint8_t> bytes) {
  bytes.reserve(1);  // an address, even without bytes
  return owned.memory.emplace_back(std::move(bytes)).data();
}
const void* keep_validity(Owned& owned, Bits& valid) {
  return valid.all() ? nullptr : keep(owned, valid.take());
}

}  // namespace shortlist::python
