// The formats that contain the catalogue's vectors.
#include "shortlist/interop/vectors/export_vectors.h"
#include "shortlist/bundle/bundle_store.h"

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"

namespace shortlist {
namespace {

void write_vectors(const ExportCommand& command, void (*write)(const std::string&, const ItemVectors&)) {
  const Bundle bundle = load_bundle(command.bundle);
  const ConstMatrix vectors = bundle.need_item_vectors("export --to " + command.to);
  write(command.out, {bundle.items, vectors});
  say("wrote {} vectors of {} numbers to {}", vectors.rows, vectors.cols, command.out);
}

}  // namespace

void write_npy_vectors(const ExportCommand& command) { write_vectors(command, export_npy); }
void write_faiss(const ExportCommand& command) { write_vectors(command, export_faiss); }
void write_word2vec(const ExportCommand& command) { write_vectors(command, export_word2vec); }
void write_parquet(const ExportCommand& command) { write_vectors(command, export_parquet); }

}  // namespace shortlist
